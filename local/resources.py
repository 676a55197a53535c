"""How each type of resource is made at the endpoint; what exists already is kept."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from local.endpoint import REGION, Endpoint

Properties = dict[str, Any]
Attributes = dict[str, Any]
Create = Callable[[Endpoint, str, Properties], Attributes]


class UnknownProperty(Exception):
    """The template asks for something the local runtime would silently not do."""

    def __init__(self, where: str, names: set[str]) -> None:
        super().__init__(f"{where}: not implemented locally: {', '.join(sorted(names))}")


def allow(where: str, properties: Properties, known: set[str] | frozenset[str]) -> None:
    if unknown := set(properties) - known:
        raise UnknownProperty(where, unknown)


# Encryption, backups and tags change nothing that can be seen on one machine.
_TABLE_IGNORED = {"SSESpecification", "PointInTimeRecoverySpecification", "Tags", "TimeToLiveSpecification"}
_BUCKET_PROPERTIES = {
    "BucketName",
    "BucketEncryption",
    "OwnershipControls",
    "PublicAccessBlockConfiguration",
    # The emulator expires no old versions, so keeping them would only grow without end.
    "VersioningConfiguration",
    "LifecycleConfiguration",
    "Tags",
}
_QUEUE_PROPERTIES = {"QueueName", "Tags"}
_QUEUE_ATTRIBUTES = {
    "VisibilityTimeout",
    "MessageRetentionPeriod",
    "MaximumMessageSize",
    "DelaySeconds",
    "ReceiveMessageWaitTimeSeconds",
    "FifoQueue",
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "FifoThroughputLimit",
    "RedrivePolicy",
    "RedriveAllowPolicy",
    "SqsManagedSseEnabled",
    "KmsMasterKeyId",
}
_FIXED_QUEUE_ATTRIBUTES = {"FifoQueue"}


def create_table(endpoint: Endpoint, default_name: str, properties: Properties) -> Attributes:
    client = endpoint.client("dynamodb")
    request = {key: value for key, value in properties.items() if key not in _TABLE_IGNORED}
    request.setdefault("TableName", default_name)
    allow(
        default_name,
        request,
        set(client.meta.service_model.operation_model("CreateTable").input_shape.members),
    )
    if "StreamSpecification" in request:
        request["StreamSpecification"] = {"StreamEnabled": True, **request["StreamSpecification"]}
    name = request["TableName"]
    try:
        table = client.create_table(**request)["TableDescription"]
    except client.exceptions.ResourceInUseException:
        table = client.describe_table(TableName=name)["Table"]
        _add_indexes(client, request, table)
    else:
        if expiry := properties.get("TimeToLiveSpecification"):
            client.update_time_to_live(TableName=name, TimeToLiveSpecification=expiry)
    return {"": name, "Arn": table["TableArn"], "StreamArn": table.get("LatestStreamArn")}


def _add_indexes(client: Any, request: Properties, table: dict[str, Any]) -> None:
    present = {index["IndexName"] for index in table.get("GlobalSecondaryIndexes", [])}
    for index in request.get("GlobalSecondaryIndexes", []):
        if index["IndexName"] not in present:
            client.update_table(
                TableName=request["TableName"],
                AttributeDefinitions=request["AttributeDefinitions"],
                GlobalSecondaryIndexUpdates=[{"Create": index}],
            )


def create_bucket(endpoint: Endpoint, default_name: str, properties: Properties) -> Attributes:
    allow(default_name, properties, _BUCKET_PROPERTIES)
    # Buckets are the one name that all accounts share.
    name = properties.get("BucketName") or f"{default_name}-{endpoint.account}".lower()
    # In us-east-1 the owner may create it again, and nothing happens.
    endpoint.client("s3").create_bucket(Bucket=name)
    return {
        "": name,
        "Arn": f"arn:aws:s3:::{name}",
        "DomainName": f"{name}.s3.amazonaws.com",
        "RegionalDomainName": f"{name}.s3.{REGION}.amazonaws.com",
    }


def create_queue(endpoint: Endpoint, default_name: str, properties: Properties) -> Attributes:
    allow(default_name, properties, _QUEUE_PROPERTIES | _QUEUE_ATTRIBUTES)
    suffix = ".fifo" if properties.get("FifoQueue") else ""
    name = properties.get("QueueName") or default_name + suffix
    attributes = {key: _text(value) for key, value in properties.items() if key in _QUEUE_ATTRIBUTES}
    client = endpoint.client("sqs")
    try:
        url = client.get_queue_url(QueueName=name)["QueueUrl"]
    except client.exceptions.QueueDoesNotExist:
        url = client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    else:
        changeable = {key: value for key, value in attributes.items() if key not in _FIXED_QUEUE_ATTRIBUTES}
        client.set_queue_attributes(QueueUrl=url, Attributes=changeable)
    return {"": url, "Arn": arn("sqs", endpoint, name), "QueueName": name, "QueueUrl": url}


def create_schedule_group(endpoint: Endpoint, default_name: str, properties: Properties) -> Attributes:
    allow(default_name, properties, {"Name", "Tags"})
    name = properties.get("Name") or default_name
    client = endpoint.client("scheduler")
    with suppress(client.exceptions.ConflictException):
        client.create_schedule_group(Name=name)
    return {"": name, "Arn": arn("scheduler", endpoint, f"schedule-group/{name}")}


def create_schedule(endpoint: Endpoint, default_name: str, properties: Properties) -> Attributes:
    client = endpoint.client("scheduler")
    request = {"Name": default_name, **properties}
    allow(
        default_name,
        request,
        set(client.meta.service_model.operation_model("CreateSchedule").input_shape.members),
    )
    group = request.get("GroupName", "default")
    try:
        client.create_schedule(**request)
    except client.exceptions.ConflictException:
        present = client.get_schedule(Name=request["Name"], GroupName=group)
        # An update arms a schedule anew, so one that says the same is left alone.
        if any(present.get(key) != value for key, value in request.items()):
            client.update_schedule(**request)
    return {"": request["Name"], "Arn": arn("scheduler", endpoint, f"schedule/{group}/{request['Name']}")}


CREATE: dict[str, Create] = {
    "AWS::DynamoDB::Table": create_table,
    "AWS::S3::Bucket": create_bucket,
    "AWS::SQS::Queue": create_queue,
    "AWS::Scheduler::ScheduleGroup": create_schedule_group,
    "AWS::Scheduler::Schedule": create_schedule,
}


def arn(service: str, endpoint: Endpoint, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{endpoint.account}:{resource}"


def _text(value: Any) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
