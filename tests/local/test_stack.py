"""template.yaml is the only list of resources: what the runtime does not know of it, it refuses."""

import json
from dataclasses import replace
from urllib.parse import urlparse

import boto3
import pytest
from samtranslator.yaml_helper import yaml_parse

from local import template
from local.deployment import UnknownResource, deploy
from local.event_filter import InvalidPattern
from local.queue_mapping import QueueMapping
from local.resources import UnknownProperty
from local.stream_mapping import StreamMapping

TINY = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Name: {Type: String, Default: tiny}
Conditions:
  IsTiny: !Equals [!Ref Name, tiny]
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - {AttributeName: PK, AttributeType: S}
        - {AttributeName: Kind, AttributeType: S}
      KeySchema: [{AttributeName: PK, KeyType: HASH}]
      GlobalSecondaryIndexes:
        - IndexName: First
          KeySchema: [{AttributeName: Kind, KeyType: HASH}]
          Projection: {ProjectionType: ALL}
      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      FifoQueue: true
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
  Dead:
    Type: AWS::SQS::Queue
    Properties: {FifoQueue: true}
  Huge:
    Type: AWS::SQS::Queue
    Condition: IsHuge
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      CodeUri: worker/
      Handler: tiny_worker.lambda_handler
      Timeout: 7
      Environment:
        Variables:
          QUEUE_URL: !Ref Jobs
          SIZE: !If [IsTiny, small, large]
          ABSENT: !If [IsTiny, !Ref AWS::NoValue, here]
          TEXT: !Sub "${AWS::StackName}/${Jobs.QueueName}/${!literal}"
          JOINED: !Join ["-", [a, !Select [1, !Split [",", "x,y"]]]]
      Events:
        Changes:
          Type: DynamoDB
          Properties: {Stream: !GetAtt Table.StreamArn, StartingPosition: LATEST, BatchSize: 5}
        Jobs:
          Type: SQS
          Properties: {Queue: !GetAtt Jobs.Arn, BatchSize: 1}
        Get:
          Type: HttpApi
          Properties: {Method: GET, Path: "/things/{id}"}
        Hourly:
          Type: ScheduleV2
          Properties: {ScheduleExpression: rate(1 hour)}
"""
TINY = TINY.replace("Resources:", "  IsHuge: !Not [!Condition IsTiny]\nResources:", 1)


@pytest.fixture
def tiny(tmp_path, endpoint):
    (tmp_path / "worker").mkdir()
    (tmp_path / "worker" / "tiny_worker.py").write_text(
        "def lambda_handler(event, context):\n"
        "    return [event, context.function_name, context.get_remaining_time_in_millis()]\n"
    )

    def deployed(text=TINY, **parameters):
        (tmp_path / "template.yaml").write_text(text)
        return deploy(endpoint, path=tmp_path / "template.yaml", parameters=parameters)

    return deployed


def test_a_template_becomes_resources_and_data(tiny, endpoint):
    stack = tiny()
    (worker,) = stack.functions
    url = endpoint.client("sqs").get_queue_url(QueueName="lull-Jobs.fifo")["QueueUrl"]
    assert worker.environment == {
        "QUEUE_URL": url,
        "SIZE": "small",
        "TEXT": "lull/lull-Jobs.fifo/${literal}",
        "JOINED": "a-y",
    }
    assert [mapping.batch_size for mapping in stack.stream_mappings] == [5]
    assert [mapping.batch_size for mapping in stack.queue_mappings] == [1]
    assert [mapping.function for mapping in stack.queue_mappings] == [worker.arn]
    assert [(route.key, route.function_arn) for route in stack.routes] == [("GET /things/{id}", worker.arn)]
    schedules = endpoint.client("scheduler").list_schedules()["Schedules"]
    assert [schedule["Target"]["Arn"] for schedule in schedules] == [worker.arn]
    redrive = endpoint.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
    assert json.loads(redrive["Attributes"]["RedrivePolicy"])["maxReceiveCount"] in (3, "3")


def test_parameters_and_conditions_decide(tiny, endpoint):
    (worker,) = tiny(Name="big").functions
    assert worker.environment["SIZE"] == "large"
    assert worker.environment["ABSENT"] == "here"
    assert endpoint.client("sqs").get_queue_url(QueueName="lull-Huge")


def test_a_function_runs_from_its_own_folder_with_its_own_limits(tiny):
    (worker,) = tiny().functions
    event, name, left = worker({"n": 1})
    assert (event, name) == ({"n": 1}, "Worker")
    assert 6000 < left <= 7000


def test_a_handler_is_never_taken_from_another_functions_folder(tiny, tmp_path):
    (worker,) = tiny().functions
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "json.py").write_text("def lambda_handler(event, context): ...\n")
    with pytest.raises(ImportError, match="already imported"):
        _ = replace(worker, code=tmp_path / "other", handler="json.lambda_handler").load


def test_deploying_again_keeps_what_is_there_and_adds_what_is_new(tiny, endpoint):
    before = tiny()
    database = endpoint.client("dynamodb")
    database.put_item(TableName="lull-Table", Item={"PK": {"S": "a"}, "Kind": {"S": "o"}})
    index = """
        - IndexName: Second
          KeySchema: [{AttributeName: Kind, KeyType: HASH}]
          Projection: {ProjectionType: KEYS_ONLY}
"""
    text = TINY.replace("      StreamSpecification", index.strip("\n") + "\n      StreamSpecification")
    after = tiny(text.replace("  Dead:", "  More: {Type: AWS::SQS::Queue}\n  Dead:"))
    assert after.environment() == before.environment()
    assert after.stream_mappings == before.stream_mappings
    found = database.query(
        TableName="lull-Table",
        IndexName="Second",
        KeyConditionExpression="Kind = :o",
        ExpressionAttributeValues={":o": {"S": "o"}},
    )
    assert found["Count"] == 1
    assert endpoint.client("sqs").get_queue_url(QueueName="lull-More")


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("BatchSize: 5", "BatchSize: 5, ParallelizationFactor: 2", UnknownProperty),
        ("BatchSize: 5", "BatchSize: 5, TumblingWindowInSeconds: 9", UnknownProperty),
        ("BatchSize: 1", "BatchSize: 1, MetricsConfig: {Metrics: [EventCount]}", UnknownProperty),
        ("BatchSize: 1", "BatchSize: 1, FilterCriteria: {Filters: [{Pattern: '{'}]}", InvalidPattern),
        ("  Dead:", "  Topic: {Type: AWS::Kinesis::Stream}\n  Dead:", UnknownResource),
        ("FifoQueue: true", "FifoQueue: true\n      FastQueue: true", UnknownProperty),
    ],
)
def test_what_the_runtime_does_not_do_is_refused_and_not_ignored(tiny, old, new, error):
    with pytest.raises(error):
        tiny(TINY.replace(old, new, 1))


def test_functions_of_one_process_must_agree_about_their_environment(tiny):
    other = """
  Other:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      CodeUri: worker/
      Handler: tiny_worker.lambda_handler
      Environment: {Variables: {SIZE: tiny}}
"""
    with pytest.raises(ValueError, match="SIZE"):
        tiny(TINY + other).environment()


def test_every_variable_of_the_products_functions_has_a_value(stack):
    for function in stack.deployed.functions:
        assert all(isinstance(value, str) for value in function.environment.values())
        assert function.code.is_dir()
    environment = stack.deployed.environment()
    assert urlparse(environment["TRANSITIONS_QUEUE_URL"]).hostname == "127.0.0.1"
    assert environment["SCHEDULE_GROUP"] == "lull"
    table = stack.client("dynamodb").describe_table(TableName=environment["TABLE_NAME"])["Table"]
    assert {index["IndexName"] for index in table["GlobalSecondaryIndexes"]} >= {"ListIndex", "DueIndex"}
    expiry = stack.client("dynamodb").describe_time_to_live(TableName=environment["TABLE_NAME"])
    assert expiry["TimeToLiveDescription"]["AttributeName"] == "expiresAt"


def test_every_mapping_of_the_products_template_is_found(stack):
    resources = template.load()["Resources"].values()
    mappings = [each["Properties"] for each in resources if each["Type"] == "AWS::Lambda::EventSourceMapping"]
    found: list[StreamMapping | QueueMapping] = [*stack.deployed.stream_mappings, *stack.deployed.queue_mappings]
    assert len(found) == len(mappings)
    assert {mapping.function for mapping in found} <= {function.arn for function in stack.deployed.functions}
    assert all(mapping.reports_failures for mapping in found)
    assert stack.deployed.stream_mappings[0].on_failure_arn


def test_every_event_in_the_products_template_becomes_something(stack):
    source = yaml_parse(template.PATH.read_text())["Resources"].values()
    kinds = [event["Type"] for each in source for event in each.get("Properties", {}).get("Events", {}).values()]
    deployed = stack.deployed
    assert kinds.count("DynamoDB") == len(deployed.stream_mappings)
    assert kinds.count("SQS") == len(deployed.queue_mappings)
    assert kinds.count("HttpApi") == len(deployed.routes)
    schedules = stack.client("scheduler").list_schedules(GroupName="default")["Schedules"]
    assert kinds.count("ScheduleV2") == len(schedules)
    assert set(kinds) <= {"DynamoDB", "SQS", "HttpApi", "ScheduleV2"}


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_an_account_of_its_own(stack, turn):
    assert boto3.client("sts").get_caller_identity()["Account"] == stack.endpoint.account
    bucket = stack.deployed.environment()["BUCKET_NAME"]
    assert [found["Name"] for found in boto3.client("s3").list_buckets()["Buckets"]] == [bucket]
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket=bucket)
