"""A clinic's list: read, checked row by row, taken in whole, and undone."""
