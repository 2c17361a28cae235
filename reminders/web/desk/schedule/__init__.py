"""Pages about time: today, a day to come, and where milestones stand."""
