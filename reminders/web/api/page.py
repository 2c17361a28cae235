"""The API's own description: as OpenAPI 3.1, and as a page that needs no foreign host."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from reminders.shapes.documentation import kind_of
from reminders.web.desk.responses import html


def add_to(api: FastAPI) -> None:
    """Show the description at ``/openapi.json`` and the page at ``/``, to everybody."""
    api.add_route("/openapi.json", _document, include_in_schema=False)
    api.add_route("/", _page, include_in_schema=False)


def described(api: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document, every problem under its own media type."""
    if api.openapi_schema is None:
        for answer in _answers(api.openapi()):
            told = answer.get("content", {})
            if told.get("application/json", {}).get("schema", {}) == PROBLEM:
                told["application/problem+json"] = told.pop("application/json")
    return api.openapi()


PROBLEM = {"$ref": "#/components/schemas/Problem"}


def _answers(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for _, _, operation in _operations(document):
        yield from operation["responses"].values()


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


async def _document(request: Request) -> Response:
    return JSONResponse(described(request.app))


async def _page(request: Request) -> Response:
    document = described(request.app)
    known = document["components"]["schemas"]
    groups: dict[str, list[dict[str, Any]]] = {}
    for method, path, operation in _operations(document):
        line = {
            "method": method,
            "path": path,
            "about": operation.get("description", ""),
            "parameters": [
                (one["name"], one["in"], one.get("description", ""))
                for one in operation.get("parameters", ())
            ],
            "body": _shape(operation.get("requestBody", {})),
            "answer": _shape(operation["responses"]["200"]),
        }
        groups.setdefault(operation["tags"][0], []).append(line)
    shapes = [
        {"name": name, "about": one.get("description", ""), "fields": list(_fields(one, known))}
        for name, one in sorted(known.items())
        if "properties" in one and name not in {"HTTPValidationError", "ValidationError"}
    ]
    return html(
        request.app.state.app, "api.html", groups=groups, shapes=shapes, about=document["info"]
    )


def _shape(told: dict[str, Any]) -> str:
    schema = told.get("content", {}).get("application/json", {}).get("schema", {})
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _fields(schema: dict[str, Any], known: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, field in schema["properties"].items():
        yield name, kind_of(field, known), field.get("description", "")
