"""What is held of a client: shown, erased, and deleted when its time is over."""
