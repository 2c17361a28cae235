"""Tests: sentences about behaviour, on real databases, with fakes only at the clock and the provider's edge."""
