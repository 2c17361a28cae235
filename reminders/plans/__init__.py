"""Which reminders a treatment has, and keeping them true when clients, clinics or clocks change."""
