"""Events out: other systems of a clinic are told what happens, each event at least once."""
