"""The work floor: sorting guides, and sortings out of a batch or a bin."""
