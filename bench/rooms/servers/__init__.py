"""The servers of other projects, as their own documentation starts them."""
