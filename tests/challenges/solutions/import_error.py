"""Wrong: can't be imported."""

generat = undefined_name  # noqa: F821
