"""The counter for Dutch paperwork: registers and notifications."""
