"""Pages for a clinic's settings: details, sending, staff, checks."""
