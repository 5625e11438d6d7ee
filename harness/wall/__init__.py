"""Wall time on a real pair: information beside the verdicts, never in the score."""
