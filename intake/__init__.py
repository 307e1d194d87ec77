"""The door in: deliveries, receipt, hazards, quarantine and finds."""
