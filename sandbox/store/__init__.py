"""Where interviews are kept: the event log, and the seats that open them. SQLite by default."""
