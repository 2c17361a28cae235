"""Import a clinic's list of clients and treatments: read, check, take in, undo."""
