"""The only reader of the environment. Names are those that `template.yaml` sets."""

import os


def table_name() -> str:
    return os.environ["TABLE_NAME"]


def bucket_name() -> str:
    return os.environ["BUCKET_NAME"]


def public_url() -> str:
    """Where visitors find the pages, without a slash at the end."""
    return os.environ["PUBLIC_URL"].rstrip("/")


def transitions_queue_url() -> str:
    return os.environ["TRANSITIONS_QUEUE_URL"]


def transitions_queue_arn() -> str:
    return os.environ["TRANSITIONS_QUEUE_ARN"]


def probes_queue_url() -> str:
    return os.environ["PROBES_QUEUE_URL"]


def publish_queue_url() -> str:
    return os.environ["PUBLISH_QUEUE_URL"]


def notify_queue_url() -> str:
    return os.environ["NOTIFY_QUEUE_URL"]


def mail_from() -> str:
    """The sender of mail; empty where none is configured, and no mail is sent."""
    return os.environ.get("MAIL_FROM", "")


def mail_configuration_set() -> str:
    """Of SES, which tells of bounces and complaints; empty where there is none."""
    return os.environ.get("MAIL_CONFIGURATION_SET", "")


def schedule_group() -> str:
    return os.environ["SCHEDULE_GROUP"]


def scheduler_role_arn() -> str:
    return os.environ["SCHEDULER_ROLE_ARN"]


def schedule_dead_letters_arn() -> str:
    return os.environ["SCHEDULE_DEAD_LETTERS_ARN"]


def edge_secret() -> str:
    """What the CDN proves by that a request came through it; empty where there is none."""
    return os.environ.get("EDGE_SECRET", "")


def oidc_issuers() -> str:
    """JSON array; its form is described at the template's parameter `OidcIssuers`."""
    return os.environ.get("OIDC_ISSUERS", "[]")


def private_targets() -> str:
    """Networks and hosts that probes and webhooks may reach although they are not public: see `parse_allow_list`."""
    return os.environ.get("PRIVATE_TARGETS", "")
