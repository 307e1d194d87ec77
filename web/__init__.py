"""The facade: pages, API and command line over the rooms."""
