"""The template: what the linters do not see, on its translation to plain CloudFormation."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from samtranslator.yaml_helper import yaml_parse

from local import emulator as emulators
from local import template
from lull import aws, settings
from lull.domain.rate_limits import DATA, FEED
from lull.gateways.queues import LONGEST_DELAY
from lull.publishing.places import bucket_key

ROOT = Path(__file__).parents[2]
TEMPLATE = template.load()
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    return {name: resource.get("Properties", {}) for name, resource in RESOURCES.items() if resource["Type"] == kind}


FUNCTIONS = of_type("AWS::Lambda::Function")
ROLES = of_type("AWS::IAM::Role")
QUEUES = of_type("AWS::SQS::Queue")
MAPPINGS = of_type("AWS::Lambda::EventSourceMapping")
ALARMS = of_type("AWS::CloudWatch::Alarm")


def statements(role: dict[str, Any]) -> list[dict[str, Any]]:
    return [statement for policy in role.get("Policies", []) for statement in policy["PolicyDocument"]["Statement"]]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_the_translated_template_has_no_faults_either(tmp_path):
    translated = tmp_path / "translated.json"
    translated.write_text(json.dumps(TEMPLATE))
    # W2001/W3005 speak of what the translation adds; W3002 of local code that `sam deploy` uploads.
    checked = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), "-t", translated, "-i", "W3005", "W3002", "W2001"],
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout


def test_every_schedule_expression_is_one():
    expressions = [each["ScheduleExpression"] for each in of_type("AWS::Scheduler::Schedule").values()]
    assert expressions
    for expression in expressions:
        assert re.fullmatch(r"rate\((1 (minute|hour|day)|[2-9]\d* (minutes|hours|days))\)", expression)


def test_every_filter_pattern_is_json_with_lists_of_alternatives_as_leaves():
    patterns = [
        json.loads(each["Pattern"])
        for mapping in MAPPINGS.values()
        for each in mapping.get("FilterCriteria", {}).get("Filters", [])
    ]
    assert patterns

    def leaves_are_lists(pattern: Any) -> bool:
        return isinstance(pattern, list) or (
            isinstance(pattern, dict) and all(leaves_are_lists(each) for each in pattern.values())
        )

    assert all(leaves_are_lists(pattern) for pattern in patterns)


def test_the_table_has_the_indexes_that_the_code_names_once_each():
    from lull.store import keys

    (table,) = of_type("AWS::DynamoDB::Table").values()
    names = [index["IndexName"] for index in table["GlobalSecondaryIndexes"]]
    assert sorted(names) == sorted([keys.LIST_INDEX, keys.DUE_INDEX, keys.WATCH_INDEX])


def test_the_table_survives_mistakes():
    table = RESOURCES["Table"]
    properties = table["Properties"]
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["DeletionProtectionEnabled"] == {"Fn::If": ["IsProd", True, False]}
    assert properties["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert properties["TimeToLiveSpecification"]["Enabled"] is True


def test_every_action_of_every_policy_exists():
    session = botocore.session.get_session()
    same = ("scheduler", "dynamodb", "sqs", "s3", "iam", "sts", "secretsmanager", "codebuild")
    service = {**{each: each for each in same}, "ses": "sesv2"}
    # What SES wants besides for mail that is sent as it is.
    without_operation = {"dynamodb:ConditionCheckItem", "iam:PassRole", "s3:ListBucket", "ses:SendRawEmail"}
    granted = {action for role in ROLES.values() for each in statements(role) for action in listed(each["Action"])}
    for action in granted - without_operation:
        prefix, operation = action.split(":")
        if prefix == "lambda":
            assert operation == "InvokeFunction"
            continue
        assert operation in session.get_service_model(service[prefix]).operation_names, action


def test_no_policy_grants_everything():
    for name, role in ROLES.items():
        for statement in statements(role):
            assert not [action for action in listed(statement["Action"]) if "*" in action], name
            assert "*" not in listed(statement["Resource"]), name


def test_only_the_scheduler_role_may_be_passed_and_only_to_the_scheduler():
    passing = [each for role in ROLES.values() for each in statements(role) if "iam:PassRole" in listed(each["Action"])]
    assert [each["Resource"] for each in passing] == [{"Fn::GetAtt": ["SchedulerRole", "Arn"]}]
    assert passing[0]["Condition"] == {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}


def test_the_scheduler_role_is_only_for_schedules_of_our_group():
    (statement,) = ROLES["SchedulerRole"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Condition"]["StringEquals"]["aws:SourceArn"] == {"Fn::GetAtt": ["ScheduleGroup", "Arn"]}
    assert statement["Condition"]["StringEquals"]["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}


def test_every_function_has_a_role_of_its_own():
    roles = [json.dumps(function["Role"]) for function in FUNCTIONS.values()]
    assert len(set(roles)) == len(FUNCTIONS) == 10


def test_no_function_outlives_the_queue_it_reads():
    for mapping in MAPPINGS.values():
        source = mapping["EventSourceArn"]["Fn::GetAtt"][0]
        function = FUNCTIONS[mapping["FunctionName"]["Ref"]]
        if source in QUEUES:
            # AWS asks for six times the function's timeout: room for retries while it is throttled.
            times = 3 if QUEUES[source].get("FifoQueue") else 6
            assert QUEUES[source]["VisibilityTimeout"] >= times * function["Timeout"]


def test_a_publisher_that_dies_holds_its_slugs_up_for_ninety_seconds_at_most():
    """Until its messages are visible again, FIFO gives out no other of their groups."""
    assert [
        each["VisibilityTimeout"] for each in QUEUES.values() if "VisibilityTimeout" in each and "FifoQueue" in each
    ] == [90]


def test_a_function_that_calls_for_itself_again_and_again_says_so_or_lambda_stops_it():
    """Lambda drops what has gone round sixteen times (recursive loop detection). Others go round a few times only."""
    assert {name for name, each in FUNCTIONS.items() if each.get("RecursiveLoop") == "Allow"} == {
        "ProberFunction",
        # During an outage one wakes the other each five minutes.
        "TransitionerFunction",
        "PublisherFunction",
    }


def test_a_stream_mapping_loses_nothing_and_blocks_nobody():
    (mapping,) = [each for each in MAPPINGS.values() if "StartingPosition" in each]
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert 1 <= mapping["MaximumRetryAttempts"] <= 10
    assert 60 <= mapping["MaximumRecordAgeInSeconds"] <= 21_600
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"]


def test_every_queue_mapping_reports_each_failure():
    for mapping in MAPPINGS.values():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_every_queue_ends_in_dead_letters_that_raise_an_alarm():
    dead = {name for name in QUEUES if name.endswith("DeadLetters")}
    assert {
        each["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for each in QUEUES.values()
        if "RedrivePolicy" in each
    } <= dead
    assert all("RedrivePolicy" in queue for name, queue in QUEUES.items() if name not in dead)
    assert queues_watched_for("ApproximateNumberOfMessagesVisible") == dead


def queues_watched_for(metric: str) -> set[str]:
    return {
        dimension["Value"]["Fn::GetAtt"][0]
        for alarm in ALARMS.values()
        if alarm.get("MetricName") == metric
        for dimension in alarm["Dimensions"]
    }


def test_every_queue_of_work_raises_an_alarm_when_it_is_not_done_in_time():
    assert queues_watched_for("ApproximateAgeOfOldestMessage") == {
        name for name in QUEUES if not name.endswith("DeadLetters")
    }
    # A message may be meant for fifteen minutes after it was sent.
    delayed = [ALARMS[name]["Threshold"] for name in ("TransitionsAgeAlarm", "NotifyAgeAlarm")]
    assert min(delayed) > LONGEST_DELAY.total_seconds()


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_the_failures_of_all_functions_raise_one_alarm(metric):
    (alarm,) = [each for name, each in ALARMS.items() if name == f"Function{metric}Alarm"]
    total, *parts = (each.get("Fn::If", [None, each])[1] for each in alarm["Metrics"])
    assert total["Expression"] == "SUM(METRICS())"
    assert {part["MetricStat"]["Metric"]["MetricName"] for part in parts} == {metric}
    watched = [part["MetricStat"]["Metric"]["Dimensions"][0]["Value"]["Ref"] for part in parts]
    assert sorted(watched) == sorted(FUNCTIONS)
    assert not any(part["ReturnData"] for part in parts)


def test_every_alarm_reaches_the_topic_and_their_price_is_known():
    assert all(alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}] for alarm in ALARMS.values())
    alarms = [RESOURCES[name] for name in (*ALARMS, "AlarmTopic")]
    assert {each.get("Condition") for each in alarms} == {"HasAlarms"}
    metrics = sum(
        len([each for each in alarm["Metrics"] if "Id" in each]) - 1 if "Metrics" in alarm else 1
        for alarm in ALARMS.values()
    )
    assert f"these watch {metrics}, of which ten are free" in (ROOT / "template.yaml").read_text()


def test_whoever_sends_mail_has_time_to_hear_that_the_mail_service_hangs():
    config = aws.client("sesv2").meta.config
    # Standard mode waits a second at most before the second try.
    longest = config.retries["total_max_attempts"] * (config.connect_timeout + config.read_timeout) + 1
    mailing = {
        name: function
        for name, function in FUNCTIONS.items()
        if any("ses:SendEmail" in listed(each["Action"]) for each in statements(ROLES[f"{name}Role"]))
    }
    assert set(mailing) == {"ManagementFunction", "NotifierFunction"}
    for name, function in mailing.items():
        sizes = [each["BatchSize"] for each in MAPPINGS.values() if each["FunctionName"] == {"Ref": name}]
        assert longest * max(sizes, default=1) < function["Timeout"], name


def test_alarms_reach_their_topic():
    """CloudWatch cannot use the AWS managed key of SNS, whose policy nobody can change."""
    assert all("KmsMasterKeyId" not in topic for topic in of_type("AWS::SNS::Topic").values())


def test_no_error_is_kept_by_the_cdn():
    """Those that CloudFront keeps by itself, for ten seconds and all callers (HTTPStatusCodes)."""
    config = RESOURCES["Distribution"]["Properties"]["DistributionConfig"]
    kept_for = {each["ErrorCode"]: each["ErrorCachingMinTTL"] for each in config["CustomErrorResponses"]}
    assert kept_for == dict.fromkeys((403, 404, 405, 500, 501, 502, 503, 504), 0)


def test_every_behavior_that_reads_pages_asks_the_gate_for_what_the_bucket_does_not_show():
    config = RESOURCES["Distribution"]["Properties"]["DistributionConfig"]
    group, answers, streaming = config["OriginGroups"]["Items"]
    condition, events, _ = streaming["Fn::If"]
    assert (condition, events["Id"]) == ("HasEventStream", "events")
    assert [member["OriginId"] for member in events["Members"]["Items"]] == ["stream", "status"]
    assert events["FailoverCriteria"] == answers["FailoverCriteria"]
    assert [member["OriginId"] for member in group["Members"]["Items"]] == ["status", "gate"]
    # Not 5xx: everybody would wake the gate while S3 is in trouble, and the gate reads from there itself.
    assert group["FailoverCriteria"]["StatusCodes"]["Items"] == [403, 404]
    assert [member["OriginId"] for member in answers["Members"]["Items"]] == ["gate", "status"]
    assert answers["FailoverCriteria"]["StatusCodes"]["Items"] == [500, 502, 503, 504]
    targets = {each["PathPattern"]: each["TargetOriginId"] for each in config["CacheBehaviors"]}
    assert list(targets.items()) == [
        ("/api/public/status/*/auth", "gate"),
        ("/api/public/status/*/subscribe", "gate"),
        ("/api/public/subscriptions/*", "gate"),
        ("/api/public/status/*/components/*/uptime", "answers"),
        ("/api/public/status/*/history", "answers"),
        ("/api/public/status/*/events", {"Fn::If": ["HasEventStream", "events", "answers"]}),
        ("/api/public/status/*", "pages"),
        ("/status/*", "pages"),
        ("/api/v2/*", "pages"),
        ("/api/*", "api"),
        ("/v1/*", "api"),
        ("/hooks/*", "api"),
    ]
    # Of custom domains, whose page is at the root.
    assert config["DefaultCacheBehavior"]["TargetOriginId"] == "pages"


def test_no_behavior_answers_a_custom_domain_with_anything_but_its_page():
    config = RESOURCES["Distribution"]["Properties"]["DistributionConfig"]
    first = {"EventType": "viewer-request", "FunctionARN": {"Fn::GetAtt": ["HostFunction", "FunctionARN"]}}
    for behavior in [config["DefaultCacheBehavior"], *config["CacheBehaviors"]]:
        assert behavior["FunctionAssociations"] == [first]


def test_copies_are_dropped_only_for_those_who_ask_for_it():
    assert TEMPLATE["Parameters"]["Invalidations"]["Default"] == "off"
    policy = RESOURCES["InvalidationPolicy"]
    assert policy["Condition"] == "HasInvalidations"
    assert policy["Properties"]["Roles"] == [{"Ref": "PublisherFunctionRole"}]
    (allowed,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert allowed["Action"] == "cloudfront:CreateInvalidation"
    assert allowed["Resource"]["Fn::Sub"].endswith("distribution/${Distribution}")


def test_whatever_the_gate_judges_by_is_part_of_the_cache_key():
    from visitors import COOKIE

    key = RESOURCES["GateCachePolicy"]["Properties"]["CachePolicyConfig"]["ParametersInCacheKeyAndForwardedToOrigin"]
    assert key["CookiesConfig"]["Cookies"] == [COOKIE]
    assert key["HeadersConfig"]["Headers"] == ["Authorization"]
    assert key["QueryStringsConfig"]["QueryStrings"] == ["token"]


def test_the_proof_of_the_cdn_goes_only_where_it_writes_the_address_of_the_viewer():
    config = RESOURCES["Distribution"]["Properties"]["DistributionConfig"]
    (proven,) = [each["Id"] for each in config["Origins"] if "OriginCustomHeaders" in each]
    headers = RESOURCES["GateRequestPolicy"]["Properties"]["OriginRequestPolicyConfig"]["HeadersConfig"]["Headers"]
    assert "CloudFront-Viewer-Address" in headers
    for behavior in config["CacheBehaviors"]:
        if behavior["TargetOriginId"] in (proven, "pages"):
            assert behavior["OriginRequestPolicyId"] == {"Ref": "GateRequestPolicy"}


def test_a_firewall_is_made_only_for_those_who_ask_for_it():
    assert TEMPLATE["Parameters"]["FirewallRules"]["Default"] == "off"
    assert RESOURCES["Firewall"]["Condition"] == "HasFirewall"
    rules = RESOURCES["Firewall"]["Properties"]["Rules"]
    limits = [rule["Statement"]["RateBasedStatement"]["Limit"] for rule in rules]
    assert limits == [FEED.most, DATA.most]


def test_every_queue_is_encrypted():
    assert all(queue["SqsManagedSseEnabled"] is True for queue in QUEUES.values())


def test_the_bucket_is_closed_but_for_the_public_paths_and_cloudfront():
    bucket = RESOURCES["StatusBucket"]["Properties"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    allowed, listed_by, denied = RESOURCES["StatusBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert allowed["Resource"] == [
        {"Fn::Sub": "${StatusBucket.Arn}/status/*"},
        {"Fn::Sub": "${StatusBucket.Arn}/api/public/status/*"},
        {"Fn::Sub": "${StatusBucket.Arn}/domains/*"},
    ]
    assert not bucket_key("status/x", 1, public=False).startswith(("status/", "api/"))
    assert listed_by["Action"] == "s3:ListBucket"
    assert RESOURCES["Distribution"]["Properties"]["DistributionConfig"]["DefaultRootObject"], "or / lists the bucket"
    assert all("AWS:SourceArn" in each["Condition"]["StringEquals"] for each in (allowed, listed_by))
    assert denied["Effect"] == "Deny"


def test_every_function_keeps_its_logs_for_a_known_time_and_logs_json():
    groups = of_type("AWS::Logs::LogGroup")
    assert all("RetentionInDays" in group for group in groups.values())
    for name, function in FUNCTIONS.items():
        assert function["LoggingConfig"]["LogFormat"] == "JSON", name
        assert function["LoggingConfig"]["LogGroup"]["Ref"] in groups, name


def test_the_functions_get_exactly_the_settings_that_the_code_reads():
    provided = {variable for function in FUNCTIONS.values() for variable in function["Environment"]["Variables"]} - {
        "POWERTOOLS_SERVICE_NAME",
        # Of the Lambda Web Adapter.
        "AWS_LAMBDA_EXEC_WRAPPER",
        "AWS_LWA_INVOKE_MODE",
    }
    read = set(re.findall(r'environ(?:\.get\(|\[)"(\w+)"', Path(settings.__file__).read_text()))
    assert provided == read


def test_every_route_takes_any_method_so_that_a_function_refuses_in_the_one_shape():
    (api,) = of_type("AWS::ApiGatewayV2::Api").values()
    methods = {path: set(operations) for path, operations in api["Body"]["paths"].items()}
    assert methods["/hooks/{hookId}"] == {"x-amazon-apigateway-any-method"}
    assert set().union(*methods.values()) == {"x-amazon-apigateway-any-method"}
    (stage,) = of_type("AWS::ApiGatewayV2::Stage").values()
    for route in stage["RouteSettings"]:
        method, path = route.split()
        assert (method, path in methods) == ("ANY", True), route


def test_the_api_is_throttled_and_logs_who_calls():
    (stage,) = of_type("AWS::ApiGatewayV2::Stage").values()
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"]
    assert stage["AccessLogSettings"]["DestinationArn"]


@pytest.fixture
def cloudformation(monkeypatch):
    """An emulator that also knows CloudFormation and what the template deploys with it."""
    more = "cloudformation,iam,lambda,apigateway,apigatewayv2,cloudfront,logs,sns,monitoring,cloudwatch,events,kms,ssm"
    services = f"{','.join(emulators.SERVICES)},{more}"
    monkeypatch.setitem(emulators._HARDENING, "SERVICES", services)
    running = emulators.Emulator()
    monkeypatch.setenv("AWS_ENDPOINT_URL", running.url)
    yield boto3.Session(aws_access_key_id="123456789012", aws_secret_access_key="x", region_name="us-east-1")
    running.stop()


def test_the_template_can_be_deployed(cloudformation):
    client = cloudformation.client("cloudformation")
    bucket = cloudformation.client("s3")
    bucket.create_bucket(Bucket="code")
    bucket.put_object(Bucket="code", Key="code.zip", Body=_EMPTY_ZIP)
    source = (ROOT / "template.yaml").read_text()
    packaged = re.sub(r"(CodeUri|ContentUri): \S+", r"\1: s3://code/code.zip", source)
    # The emulator knows no metric math.
    packaged = re.sub(r"  Function(Errors|Throttles)Alarm:\n(    .*\n)+", "", packaged)
    client.create_stack(
        StackName="lull-test",
        # Directly it may be 51,200 bytes; `sam deploy` takes the way over S3.
        TemplateBody=json.dumps(yaml_parse(packaged), separators=(",", ":")),
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[{"ParameterKey": "Stage", "ParameterValue": "prod"}],
    )
    client.get_waiter("stack_create_complete").wait(StackName="lull-test", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    resources = client.describe_stack_resources(StackName="lull-test")["StackResources"]
    assert {each["LogicalResourceId"] for each in resources if each["ResourceType"] != "AWS::Lambda::Permission"} >= {
        name
        for name, each in RESOURCES.items()
        if "Condition" not in each
        and each["Type"]
        in {
            "AWS::DynamoDB::Table",
            "AWS::SQS::Queue",
            "AWS::S3::Bucket",
            "AWS::Lambda::Function",
            "AWS::Scheduler::ScheduleGroup",
        }
    }


_EMPTY_ZIP = b"PK\x05\x06" + b"\x00" * 18
