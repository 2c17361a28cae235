"""Add, change and cancel clinics, clients and treatments, and plan their reminders."""
