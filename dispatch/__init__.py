"""The door out: shipments, returns and what outlets confirm."""
