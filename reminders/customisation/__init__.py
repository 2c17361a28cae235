"""What a clinic may change for itself: wording, parameters, and the timing of milestones."""
