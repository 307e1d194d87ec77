"""The stationery cupboard: what is printed on a label, and its pictures."""
