"""API keys in requests and responses."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from lull.domain.credentials import Role
from schemas.base import ABSENT, In, Name, Out, OutInstant, Patch

AnyRole = Annotated[Role, Field(strict=False)]

_EXAMPLE: JsonDict = {
    "id": 2,
    "name": "CI",
    "role": "deployer",
    "prefix": "lull_4Hq9sKd",
    "enabled": True,
    "createdAt": "2026-03-01T12:30:00Z",
    "lastUsedAt": None,
}


class ApiKeyIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "CI", "role": "deployer"}]})

    name: Name
    role: AnyRole


class ApiKeyPatch(Patch):
    """Only the fields to change; `enabled: false` disables a key without deleting it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"enabled": False}]})

    name: Name = ABSENT
    role: AnyRole = ABSENT
    enabled: bool = ABSENT


class ApiKeyOut(Out):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: int
    name: str
    role: Role
    prefix: str = Field(description="The first characters, to recognise it by.")
    enabled: bool
    created_at: OutInstant
    last_used_at: OutInstant | None = Field(description="To the minute.")


class NewApiKeyOut(ApiKeyOut):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{**_EXAMPLE, "key": "lull_4Hq9sKd…"}]}, from_attributes=True
    )

    key: str = Field(description="The key itself, shown this once.")
