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


def stream_dead_letters_url() -> str:
    return os.environ["STREAM_DEAD_LETTERS_URL"]


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


def ci_issuers() -> str:
    """JSON array; its form is described at the template's parameter `CiIssuers`."""
    return os.environ.get("CI_ISSUERS", "[]")


def private_targets() -> str:
    """Networks and hosts that probes and webhooks may reach although they are not public: see `parse_allow_list`."""
    return os.environ.get("PRIVATE_TARGETS", "")


def domain_target() -> str:
    """The name that custom domains point to by CNAME; empty where there are no custom domains."""
    return os.environ.get("DOMAIN_TARGET", "").rstrip(".").lower()


def installation_url() -> str:
    """The installation's own address, and the audience of CI tokens; empty where the operator has not said."""
    return os.environ.get("INSTALLATION_URL", "")


def dns_servers() -> str:
    """Addresses of name servers to ask, such as `9.9.9.9,127.0.0.1:5353`; empty for those of the system."""
    return os.environ.get("DNS_SERVERS", "")


def distribution_id() -> str:
    """The CDN whose copies are dropped when a page changes; empty where they just expire."""
    return os.environ.get("DISTRIBUTION_ID", "")


def secrets_prefix() -> str:
    """What the names of all secrets of applications begin with, in Secrets Manager."""
    return os.environ["SECRETS_PREFIX"]
