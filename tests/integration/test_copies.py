"""Copies at the edges of the CDN: dropped when a page changes or is hidden, by a tag that all of its files bear."""

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from lull import aws, clock, settings
from lull.domain.status_pages import Visibility
from lull.gateways import copies
from lull.store import assets
from lull.store import status_pages as pages
from lull.use_cases.publishing import publish
from tests.builders import NOON
from tests.page_builders import a_page


@pytest.fixture
def cloudfront(monkeypatch):
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    with mock_aws():
        client = boto3.client("cloudfront", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
        origin = {"Id": "a", "DomainName": "a.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
        made = client.create_distribution(
            DistributionConfig={
                "CallerReference": "one",
                "Origins": {"Quantity": 1, "Items": [origin]},
                "DefaultCacheBehavior": {"TargetOriginId": "a", "ViewerProtocolPolicy": "https-only"},
                "Comment": "",
                "Enabled": True,
            }
        )
        monkeypatch.setenv("DISTRIBUTION_ID", made["Distribution"]["Id"])
        monkeypatch.setattr(aws, "client", lambda _service: client)
        yield client


def dropped(client) -> list[tuple[str, list[str]]]:
    distribution = settings.distribution_id()
    found = client.list_invalidations(DistributionId=distribution)["InvalidationList"].get("Items", [])
    batches = [
        client.get_invalidation(DistributionId=distribution, Id=each["Id"])["Invalidation"]["InvalidationBatch"]
        for each in found
    ]
    return [(each["CallerReference"], each["Paths"]["Items"]) for each in batches]


def test_every_copy_of_a_page_is_dropped_at_once_by_its_tag(cloudfront):
    copies.drop("page-7", reference="acme 1", required=True)
    ((_, paths),) = dropped(cloudfront)
    assert paths == ["#page-7"]
    copies.drop("page-7", reference="acme 1", required=True)
    copies.drop("page-7", reference="acme 2", required=True)
    assert len({reference for reference, _ in dropped(cloudfront)}) == 2, "the same publish again is the same"


def test_a_refusal_counts_only_where_something_is_hidden(cloudfront, monkeypatch):
    monkeypatch.setenv("DISTRIBUTION_ID", "unknown")
    copies.drop("page-7", reference="acme 1", required=False)
    with pytest.raises(ClientError):
        copies.drop("page-7", reference="acme 1", required=True)


def test_without_a_distribution_nobody_is_asked(monkeypatch):
    monkeypatch.setenv("DISTRIBUTION_ID", "")
    monkeypatch.setattr(aws, "client", lambda _service: pytest.fail("asked"))
    copies.drop("page-7", reference="acme 1", required=True)


@pytest.fixture
def told(stack, monkeypatch):
    """What the CDN is told, and whether the files that it is about are known by then."""
    calls: list[tuple[str, bool, bool]] = []

    def drop(tag: str, *, reference: str, required: bool) -> None:
        found = assets.read_manifest("acme-status")
        assert found is not None
        calls.append((tag, required, all(each.sha256 for each in found[0].assets.values())))

    monkeypatch.setattr(copies, "drop", drop)
    return calls


def test_the_cdn_is_told_of_each_publish_before_it_counts_as_done_and_of_none_that_changes_nothing(told, stack):
    page = pages.create_status_page(a_page())
    publish("acme-status", at=NOON)
    publish("acme-status", at=NOON)
    assert told == [("page-1", False, False)]
    stored = aws.client("s3").head_object(Bucket=settings.bucket_name(), Key="status/acme-status")
    assert stored["Metadata"] == {"cache-tag": "page-1"}
    told.clear()
    hidden = pages.save_status_page(a_page(revision=page.revision, visibility=Visibility.PRIVATE), was=page)
    publish("acme-status", at=clock.now())
    assert told == [("page-1", True, False)]
    told.clear()
    pages.delete_status_page(hidden)
    publish("acme-status", at=clock.now())
    assert told == [("page-1", True, False)]


def test_a_publish_that_could_not_tell_the_cdn_is_made_again(told, stack, monkeypatch):
    page = pages.create_status_page(a_page())
    publish("acme-status", at=NOON)
    pages.save_status_page(a_page(revision=page.revision, enabled=False), was=page)
    telling = copies.drop

    def refused(*_args, **_kwargs):
        raise ClientError({"Error": {"Code": "TooManyInvalidationsInProgress"}}, "CreateInvalidation")

    monkeypatch.setattr(copies, "drop", refused)
    with pytest.raises(ClientError):
        publish("acme-status", at=NOON)
    monkeypatch.setattr(copies, "drop", telling)
    told.clear()
    publish("acme-status", at=NOON)
    assert told == [("page-1", True, False)]
    assert assets.read_manifest("acme-status") is None
