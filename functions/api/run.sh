#!/bin/sh
# The handler of EventsFunction: what the Lambda Web Adapter starts and asks.
exec python -m uvicorn streaming:app --host 127.0.0.1 --port "${PORT:-8080}" --no-access-log --log-level warning
