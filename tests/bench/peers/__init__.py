"""The same work done by others, and by each part alone, each in a program of its own."""
