"""The judge's side of a trial: it holds the models, checks every request, and writes the ledger. Sans-IO."""
