"""What tables share: names of constraints, and foreign keys that stay within one clinic."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKeyConstraint, false, text
from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "%(table_name)s_%(column_0_N_name)s",
    "uq": "%(table_name)s_%(column_0_N_name)s_once",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}
SQLModel.model_config["defer_build"] = True
"""No row is ever validated by Pydantic, so the validators of all tables need not be built."""

ZERO: dict[str, Any] = {"server_default": text("0")}
EMPTY: dict[str, Any] = {"server_default": text("''")}
FALSE: dict[str, Any] = {"server_default": false()}
ONE: dict[str, Any] = {"server_default": text("1")}


def owned_by(name: str, *columns: str) -> ForeignKeyConstraint:
    """Say whose row this is by more than its id, so that nothing can belong to two clinics."""
    theirs = [f"{name}.id", *(f"{name}.{column}" for column in columns)]
    return ForeignKeyConstraint([f"{name}_id", *columns], theirs)


def where(clause: Any) -> dict[str, Any]:
    """Make an index partial, on both databases."""
    return {"sqlite_where": clause, "postgresql_where": clause}
