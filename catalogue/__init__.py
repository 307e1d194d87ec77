"""The address book and the rule book: who takes part, what is possible, and who may see it."""
