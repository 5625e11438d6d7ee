"""How hostile code is held: one contract, one profile, an engine behind each implementation."""
