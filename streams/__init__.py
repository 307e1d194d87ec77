"""The hall: batches, bins, places, and the ledger of where every gram stands."""
