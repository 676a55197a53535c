"""A bucket as CloudFront serves it to visitors."""

from typing import Any

from botocore.exceptions import ClientError

from local.api_gateway import Response
from local.cdn import Origin
from local.endpoint import Endpoint

_STORED_HEADERS = {
    "ContentType": "content-type",
    "CacheControl": "cache-control",
    "ContentDisposition": "content-disposition",
    "ContentEncoding": "content-encoding",
    "ContentLanguage": "content-language",
    "ETag": "etag",
}
_NOT_FOUND = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Not found</title>
<h1>Not found</h1><p>There is no page at this address.</p></html>
"""
_WRONG_METHOD = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Forbidden</title>
<h1>Forbidden</h1><p>This address answers GET and HEAD only.</p></html>
"""


def wrong_method() -> Response:
    """What CloudFront answers, in HTML of its own, to a method that the behavior of a path does not allow."""
    return _page(403, _WRONG_METHOD)


def serve(endpoint: Endpoint, origin: Origin, path: str, if_none_match: str | None) -> Response:
    key = path.lstrip("/")
    # What visitors may not read is not told from what is not there.
    found = _object(endpoint, str(origin.bucket), key) if key and origin.may_read(key) else None
    if found is None:
        return _page(404, _NOT_FOUND)
    headers = [(header, found[name]) for name, header in _STORED_HEADERS.items() if found.get(name)]
    headers.append(("last-modified", found["LastModified"].strftime("%a, %d %b %Y %H:%M:%S GMT")))
    if if_none_match and _matches(if_none_match, found["ETag"]):
        kept = ("cache-control", "etag", "last-modified")
        return Response(status=304, headers=[header for header in headers if header[0] in kept])
    return Response(status=200, headers=headers, body=found["Body"])


def status_pages(endpoint: Endpoint, bucket: str) -> list[str]:
    """The keys directly under `status/`: one for each page."""
    listed = endpoint.client("s3").list_objects_v2(Bucket=bucket, Prefix="status/", Delimiter="/")
    return [item["Key"] for item in listed.get("Contents", [])]


def read(endpoint: Endpoint, bucket: str, key: str) -> bytes | None:
    """What is at a key, visitors or not."""
    found = _object(endpoint, bucket, key)
    return found["Body"] if found else None


def _object(endpoint: Endpoint, bucket: str, key: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = endpoint.client("s3").get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise
    # Unread, its connection would not go back to the pool.
    return {**found, "Body": found["Body"].read()}


def _matches(if_none_match: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in tags or etag in tags


def _page(status: int, text: str) -> Response:
    return Response(status=status, headers=[("content-type", "text/html; charset=utf-8")], body=text.encode())
