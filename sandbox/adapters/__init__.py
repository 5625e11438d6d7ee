"""One thing outside each: the session sandbox and its kernel, the judge's process, and a fake for tests."""
