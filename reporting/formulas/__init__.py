"""One file per standard: pure functions from the facts of a report to figures."""
