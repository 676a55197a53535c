"""Read, decide, write: one function per thing a caller can do."""
