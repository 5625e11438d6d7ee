"""The exact law of what a submission returns, by branching over its random decisions. Decides no score."""
