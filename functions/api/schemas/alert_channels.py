"""Alert channels in requests and responses."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from lull.domain.alert_channels import AlertChannel, ChannelType, switched
from lull.domain.credentials import Caller, Role
from schemas.base import ABSENT, HttpUrl, Id, In, Name, Out, OutInstant, Patch

_NOT_YET = datetime(2000, 1, 1, tzinfo=UTC)
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z][A-Za-z0-9-]{1,62}", re.ASCII
)


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text) or ".." in text:
        raise ValueError("must be an e-mail address")
    return text


Address = Annotated[str, StringConstraints(max_length=254), AfterValidator(_address)]
Addresses = Annotated[list[Address], Field(max_length=10)]
ChannelName = Annotated[Name, StringConstraints(max_length=128)]


class AlertChannelIn(In):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"type": "WEBHOOK", "name": "Pager", "webhookUrl": "https://pager.example/hook"}]
        }
    )

    workspace_id: Id | None = None
    type: Annotated[ChannelType, Field(strict=False)]
    name: ChannelName
    enabled: bool = True
    to: Addresses = Field(default=[], description="For EMAIL.")
    webhook_url: HttpUrl | None = Field(default=None, description="For WEBHOOK and SLACK.")

    def described(self) -> AlertChannel:
        return AlertChannel(
            id=0,
            workspace_id=0,
            type=self.type,
            name=self.name,
            enabled=self.enabled,
            to=tuple(dict.fromkeys(self.to)),
            webhook_url=self.webhook_url,
            created_at=_NOT_YET,
        )


class AlertChannelPatch(Patch):
    """Only the fields to change. The type stays as it was created."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"enabled": False}]})

    name: ChannelName = ABSENT
    enabled: bool = ABSENT
    to: Addresses = ABSENT
    webhook_url: HttpUrl | None = None

    def applied_to(self, channel: AlertChannel) -> AlertChannel:
        said = self.said()
        enabled = said.pop("enabled", None)
        if "to" in said:
            said["to"] = tuple(dict.fromkeys(said["to"]))
        changed = replace(channel, **said)
        return changed if enabled is None else switched(changed, enabled=enabled)


_EXAMPLE: Any = {
    "id": 2,
    "workspaceId": 1,
    "type": "WEBHOOK",
    "name": "Pager",
    "to": [],
    "webhookUrl": "https://pager.example/hook",
    "enabled": True,
    "disabledReason": None,
    "failingSince": None,
    "createdAt": "2026-03-01T12:30:00Z",
}


class AlertChannelOut(Out):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: int
    workspace_id: int
    type: ChannelType
    name: str
    to: list[str] | None = Field(description="Null below the role member.")
    webhook_url: str | None = Field(description="Null below the role member.")
    enabled: bool
    disabled_reason: str | None = Field(description="Why the system disabled it; enabling it clears this.")
    failing_since: OutInstant | None
    created_at: OutInstant

    @classmethod
    def of(cls, channel: AlertChannel, caller: Caller) -> "AlertChannelOut":
        """Whoever knows the address of a channel can speak in our name."""
        out = cls.model_validate(channel)
        if not caller.role.includes(Role.MEMBER):
            out.to = out.webhook_url = None
        return out


class AlertChannelSecretOut(AlertChannelOut):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{**_EXAMPLE, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw3yZ0y9uAqVA="}]}
    )

    secret: str | None = Field(
        description="What deliveries to a WEBHOOK are signed with (Standard Webhooks). Shown now and never again."
    )


class TriedOut(Out):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"delivered": False, "reason": "the receiver answered 404"}]}
    )

    delivered: bool
    reason: str | None = Field(description="Why it was not delivered.")
