"""Cases are attacks, not tests, whatever their names."""

collect_ignore_glob = ["inside/*", "trusted/*"]
