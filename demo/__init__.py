"""The demo: a believable year, entered through the same actions as the API."""
