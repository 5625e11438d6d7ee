"""Specimens are submissions, not tests, whatever their names."""

collect_ignore_glob = ["honest/*", "wrong/*", "cheat/*", "parts/*"]
