"""What is true of reminders, whatever the clock, the database or the provider says."""
