"""Pages about the clinic itself: details, sending, staff, the check-up."""
