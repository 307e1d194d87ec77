"""Documentation: written by hand, but for the two pages that `generate` writes."""
