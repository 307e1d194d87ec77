"""Pages of the reference data: what there is, what became of it, and what a change would do."""
