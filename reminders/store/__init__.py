"""Where facts rest: the database, its tables, its queries and its migrations."""
