"""The safe: canonical bytes, the hash tree, signatures and seals, all pure."""
