"""The interview as pure functions: no clock, no I/O, no framework."""
