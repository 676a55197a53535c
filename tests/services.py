"""What checks probe: services on this machine, and messages that ask for their probes."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.api import Api
from tests.web_servers import Exchange, Server


@dataclass
class Service:
    """It answers as it is told, after whatever is to happen in the meantime."""

    status: int = 200
    body: bytes = b"well"
    headers: dict[str, str] = field(default_factory=dict)
    meanwhile: list[Callable[[], object]] = field(default_factory=list)
    server: Server = field(default_factory=lambda: Server(0))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}/health"

    @property
    def probes(self) -> int:
        return len(self.server.heads)

    async def answer(self, exchange: Exchange) -> None:
        if self.meanwhile:
            await asyncio.to_thread(self.meanwhile.pop())
        await exchange.answer(self.status, self.body, **self.headers)

    def watched_by(self, api: Api, **changes: Any) -> int:
        """A check that probes it each minute; its id."""
        body = {"projectId": 1, "name": "Shop", "intervalSeconds": 60, "checkMode": "OUTBOUND", "url": self.url}
        return int(api.post("/api/checks", {**body, **changes})["id"])


def messages(*bodies: str) -> dict[str, Any]:
    """A batch of the probes queue: m0, m1 and so on."""
    return {"Records": [{"messageId": f"m{number}", "body": body} for number, body in enumerate(bodies)]}


def calls(*check_ids: int) -> dict[str, Any]:
    return messages(*(json.dumps({"kind": "check", "workspace_id": 1, "record_id": each}) for each in check_ids))
