"""What a visitor sees, pure: snapshot, projection, renderers."""
