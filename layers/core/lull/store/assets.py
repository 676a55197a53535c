"""Files of pages in the bucket, and the manifest that says what a slug, or a custom domain, has there.

A host has a dot in it and a slug none: their manifests are never the same one.

Every write is a compare-and-swap on an ETag. A manifest only ever moves forward.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from lull import aws, settings

# NoSuchKey: there should be an object, and there is none. ConditionalRequestConflict: somebody else wrote meanwhile.
_NOT_AS_EXPECTED = {"PreconditionFailed", "NoSuchKey", "ConditionalRequestConflict"}
_JSON = "application/json"
_TAG = "cache-tag"


class LostRace(Exception):
    """Another publisher of the same slug wrote first."""


class Changed(Exception):
    """An object is not the one that was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One file. Without `sha256` its content is not known: it was about to be written or removed."""

    sha256: str | None
    etag: str | None


@dataclass(frozen=True, slots=True)
class StoredAsset:
    body: bytes
    content_type: str
    cache_control: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What is in the bucket for a slug, and of which page."""

    page_id: int
    workspace_id: int
    number: int = 0
    """Rises by one with each write."""
    digest: str
    """Of the snapshot that was rendered."""
    updated_at: datetime
    """When that snapshot was first seen."""
    assets: dict[str, Published]


_decoder = msgspec.json.Decoder(Manifest)


def read_manifest(slug: str) -> tuple[Manifest, str] | None:
    """The manifest and its ETag."""
    client = aws.client("s3")
    try:
        answer = client.get_object(Bucket=settings.bucket_name(), Key=_manifest_key(slug))
    except client.exceptions.NoSuchKey:
        return None
    return _decoder.decode(answer["Body"].read()), answer["ETag"]


def write_manifest(slug: str, manifest: Manifest, *, expected: str | None) -> tuple[Manifest, str]:
    """Write the next number; the manifest as written, and its ETag. Raises LostRace if another is there by now."""
    written = replace(manifest, number=manifest.number + 1)
    body = msgspec.json.encode(written)
    try:
        return written, _put(_manifest_key(slug), body, _JSON, "no-store", _condition(expected))
    except Changed as changed:
        raise LostRace(slug) from changed


def delete_manifest(slug: str, *, expected: str) -> None:
    """Raises LostRace if another is there by now."""
    try:
        delete_asset(_manifest_key(slug), expected=expected)
    except Changed as changed:
        raise LostRace(slug) from changed


def read_asset(key: str) -> StoredAsset | None:
    client = aws.client("s3")
    try:
        answer = client.get_object(Bucket=settings.bucket_name(), Key=key)
    except client.exceptions.NoSuchKey:
        return None
    return StoredAsset(answer["Body"].read(), answer["ContentType"], answer.get("CacheControl", "no-store"))


def put_asset(key: str, body: bytes, content_type: str, cache_control: str, tag: str, *, expected: str | None) -> str:
    """Write a file in place of the one with this ETag, or where there is none; its ETag. Raises Changed otherwise.

    `tag` is what the CDN knows its copies by: it reads the metadata as a header.
    """
    return _put(key, body, content_type, cache_control, _condition(expected) | {"Metadata": {_TAG: tag}})


def overwrite_asset(key: str, body: bytes, content_type: str, cache_control: str, tag: str) -> str:
    """Write a file, whatever is there; its ETag."""
    return _put(key, body, content_type, cache_control, {"Metadata": {_TAG: tag}})


def delete_asset(key: str, *, expected: str | None = None) -> None:
    """Remove a file; nothing happens if there is none. Raises Changed if its ETag is not the expected one."""
    condition = {"IfMatch": expected} if expected else {}
    try:
        aws.client("s3").delete_object(Bucket=settings.bucket_name(), Key=key, **condition)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "PreconditionFailed":
            raise Changed(key) from error
        if code != "NoSuchKey":
            raise


def _condition(expected: str | None) -> dict[str, str]:
    return {"IfMatch": expected} if expected else {"IfNoneMatch": "*"}


def _put(key: str, body: bytes, content_type: str, cache_control: str, beside: dict[str, Any]) -> str:
    try:
        answer: dict[str, Any] = aws.client("s3").put_object(
            Bucket=settings.bucket_name(),
            Key=key,
            Body=body,
            ContentType=content_type,
            CacheControl=cache_control,
            **beside,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in _NOT_AS_EXPECTED:
            raise Changed(key) from error
        raise
    etag: str = answer["ETag"]
    return etag


def _manifest_key(slug: str) -> str:
    return f"_manifest/{slug}.json"
