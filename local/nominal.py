"""Resources that exist in name only: the runtime itself plays their part, or nothing on one machine does."""

from collections.abc import Callable

from local.endpoint import REGION, Endpoint
from local.resources import Attributes, arn

Describe = Callable[[Endpoint, str], Attributes]


def _function(endpoint: Endpoint, name: str) -> Attributes:
    return {"": name, "Arn": arn("lambda", endpoint, f"function:{name}")}


def _role(endpoint: Endpoint, name: str) -> Attributes:
    return {"": name, "Arn": f"arn:aws:iam::{endpoint.account}:role/{name}"}


def _log_group(endpoint: Endpoint, name: str) -> Attributes:
    return {"": name, "Arn": arn("logs", endpoint, f"log-group:{name}:*")}


def _topic(endpoint: Endpoint, name: str) -> Attributes:
    return {"": arn("sns", endpoint, name), "TopicArn": arn("sns", endpoint, name), "TopicName": name}


def _api(_endpoint: Endpoint, name: str) -> Attributes:
    return {"": name, "ApiId": name, "ApiEndpoint": f"https://{name}.execute-api.{REGION}.amazonaws.com"}


def _distribution(_endpoint: Endpoint, name: str) -> Attributes:
    return {"": name, "Id": name, "DomainName": f"{name}.cloudfront.net"}


def _edge_function(endpoint: Endpoint, name: str) -> Attributes:
    return {"": name, "FunctionARN": f"arn:aws:cloudfront::{endpoint.account}:function/{name}"}


def _name_only(_endpoint: Endpoint, name: str) -> Attributes:
    return {"": name, "Id": name}


DESCRIBE: dict[str, Describe] = {
    "AWS::ApiGatewayV2::Api": _api,
    "AWS::ApiGatewayV2::Stage": _name_only,
    "AWS::CloudFront::CachePolicy": _name_only,
    "AWS::CloudFront::Distribution": _distribution,
    "AWS::CloudFront::Function": _edge_function,
    "AWS::CloudFront::OriginAccessControl": _name_only,
    "AWS::CloudFront::OriginRequestPolicy": _name_only,
    "AWS::CloudFront::ResponseHeadersPolicy": _name_only,
    "AWS::CloudWatch::Alarm": _name_only,
    "AWS::CloudWatch::Dashboard": _name_only,
    "AWS::IAM::Policy": _name_only,
    "AWS::IAM::Role": _role,
    "AWS::Lambda::EventInvokeConfig": _name_only,
    "AWS::Lambda::EventSourceMapping": _name_only,
    "AWS::Lambda::Function": _function,
    "AWS::Lambda::LayerVersion": _name_only,
    "AWS::Lambda::Permission": _name_only,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::S3::BucketPolicy": _name_only,
    "AWS::SES::ConfigurationSet": _name_only,
    "AWS::SES::ConfigurationSetEventDestination": _name_only,
    "AWS::SNS::Subscription": _name_only,
    "AWS::SNS::Topic": _topic,
    "AWS::SNS::TopicPolicy": _name_only,
    "AWS::SQS::QueuePolicy": _name_only,
}
