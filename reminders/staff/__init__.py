"""Who may sign in to the desk, how they prove it, and how they are invited."""
