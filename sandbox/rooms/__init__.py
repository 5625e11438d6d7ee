"""The live side of an interview: its document, its connections, and the order of what happens."""
