"""What a clinic changes for itself: wording, parameters, and where milestones stand."""
