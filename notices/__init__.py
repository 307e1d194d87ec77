"""Notices: who is told what, by mail and in the portal, and who would rather not be."""
