"""The API under `/api/v1`: wire models, and routes of a few lines each."""
