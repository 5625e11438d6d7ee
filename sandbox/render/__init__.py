"""The report as a document: one template, read on a screen and printed on paper."""
