"""Measurements, each beside a limit or a peer in the same run; none is an assertion."""
