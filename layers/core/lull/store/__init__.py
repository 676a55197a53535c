"""The table and the bucket: the only I/O on our own data."""
