"""What tests, proofs and measurements share, without what only tests need."""

from __future__ import annotations

CLINIC: dict[str, str | int | None] = {
    "name": "Rosewood Skin",
    "time_zone": "Europe/London",
    "phone": "020 7946 0018",
    "email": "desk@rosewood.example",
    "address": "18 Rose Street, London",
    "sending_hours": "Mon-Sat 09:00-20:00, Sun 12:00-20:00",
}
"""A clinic as staff type it, with hours narrower than a new clinic's."""

EMPTY = """
DO $$ DECLARE one regclass; used boolean; BEGIN
    SET LOCAL session_replication_role = replica; -- without triggers and references
    FOR one IN SELECT format('%I', tablename) FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one) INTO used;
        IF used THEN EXECUTE format('DELETE FROM %s', one); END IF;
    END LOOP;
    PERFORM setval(format('%I', sequencename), 1, false) FROM pg_sequences
        WHERE last_value IS NOT NULL;
END $$
"""
"""Empties what was filled before, in a tenth of the time that truncating all tables takes."""
