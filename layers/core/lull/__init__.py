"""Lull: quiet releases, informed customers."""
