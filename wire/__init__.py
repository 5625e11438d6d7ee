"""Formats that two processes both read. pydantic and nothing else."""
