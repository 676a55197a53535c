"""What the terminal shows once everything runs."""

_TEXT = """
Lull is running at {url}   (API documentation: {url}/docs)

  API key: {key}

  What to do first: "Try it" in README.md, in another terminal

Logs: {log}   Stop: Ctrl-C
"""


def text(*, url: str, api_key: str, log: str) -> str:
    return _TEXT.format(url=url, key=api_key, log=log)
