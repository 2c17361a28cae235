"""Pages about the schedule: today, a future day, and the timing of milestones."""
