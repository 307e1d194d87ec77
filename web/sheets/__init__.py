"""Sheets of paper: what a room tells, in words of a language, as data for the printing press."""
