"""What a page consists of, for whoever describes it."""

FILES = (
    ("status/{slug}", "text/html; charset=utf-8"),
    ("status/{slug}/history", "text/html; charset=utf-8"),
    ("status/{slug}/history/{month}", "text/html; charset=utf-8"),
    ("api/public/status/{slug}", "application/json"),
    ("api/public/status/{slug}/badge.svg", "image/svg+xml"),
    ("api/public/status/{slug}/events", "text/event-stream"),
)
"""Every public path of a page, and the type of what is there. A test compares it with what is rendered."""
