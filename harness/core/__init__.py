"""Pure: statistics and arithmetic on what a trial left behind. No clock, no socket, no process."""
