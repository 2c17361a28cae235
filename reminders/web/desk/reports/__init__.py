"""Pages with monthly figures: messages sent and delivered, and their cost."""
