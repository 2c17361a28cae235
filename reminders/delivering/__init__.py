"""Delivering: what is due is claimed, decided, handed off, sent and settled."""
