"""Pure rules about reminders: no clock, no database, no network."""
