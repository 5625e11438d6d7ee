"""A process of its own that alone reaches the engine, and starts only jails of a fixed profile for others."""
