"""Signed statements of what happened to named goods: made, withdrawn, checked by anyone."""
