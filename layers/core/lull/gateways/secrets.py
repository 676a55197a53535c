"""Secrets of applications, in AWS Secrets Manager: written once under a name of their own, read, and removed.

A changed secret has another name, which the application takes on in one write: whoever reads it finds the secrets that
go with what else it says.
"""

import json

from lull import aws, randomness, settings
from lull.domain.applications import Secrets


def new_name(workspace_id: int, application_id: str) -> str:
    """A name that no secret has."""
    return f"{settings.secrets_prefix()}{workspace_id}/{application_id}/{randomness.secret(12)}"


def create(name: str, secrets: Secrets) -> None:
    value = {"repository": secrets.repository, "executor": secrets.executor}
    aws.client("secretsmanager").create_secret(
        Name=name, Description="Lull: of an application", SecretString=json.dumps(value)
    )


def read(name: str | None) -> Secrets:
    """None of them, if the name is none or they are gone."""
    if name is None:
        return Secrets()
    client = aws.client("secretsmanager")
    try:
        value = json.loads(client.get_secret_value(SecretId=name)["SecretString"])
    except client.exceptions.ResourceNotFoundException:
        return Secrets()
    return Secrets(repository=value["repository"], executor=value["executor"])


def delete(name: str | None) -> None:
    """At once: a secret that waits for its end can still be read. Nothing happens if it is gone."""
    if name is None:
        return
    client = aws.client("secretsmanager")
    try:
        client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    except client.exceptions.ResourceNotFoundException:
        return
