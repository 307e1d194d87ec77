"""The counter for Dutch paperwork: registers, waste stream numbers, monthly notifications."""
