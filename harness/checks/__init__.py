"""One module for each question that the judge asks of a submission. Pure: none runs it."""
