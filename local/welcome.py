"""What the terminal shows once everything runs."""

_TEXT = """
Lull is running at {url}   (API documentation: {url}/docs)

  API key: {key}

Try:

  # a project
  curl -sS {url}/api/projects -H 'Authorization: Bearer {key}' \\
    -H 'Content-Type: application/json' -d '{{"name": "Shop"}}'

  # a check in it
  curl -sS {url}/api/checks -H 'Authorization: Bearer {key}' \\
    -H 'Content-Type: application/json' -d '{{"projectId": 1, "name": "Checkout API", "intervalSeconds": 300}}'

  # a release that keeps its checks quiet
  curl -sS {url}/api/deployments -H 'Authorization: Bearer {key}' \\
    -H 'Content-Type: application/json' -d '{{"projectId": 1, "version": "1.0.0", "autoPause": true}}'

Logs: {log}   Stop: Ctrl-C
"""


def text(*, url: str, api_key: str, log: str) -> str:
    return _TEXT.format(url=url, key=api_key, log=log)
