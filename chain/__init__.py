"""The logbook: chained entries, their heads and the stored nodes of their tree. Knows no domain."""
