"""The database: its tables, queries, migrations and backups."""
