"""Plan a treatment's reminders, and replan when clients, clinics or time zones change."""
