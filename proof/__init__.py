"""The safe: canonical bytes, the hash tree and signatures, all pure."""
