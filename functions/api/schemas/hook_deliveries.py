"""Deliveries of CI hooks in responses."""

from pydantic import ConfigDict, Field

from lull.domain.hook_deliveries import HookDelivery, Verdict
from schemas.base import Out, OutInstant


class HookDeliveryOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "8c8f4e0e-0d0a-5c1f-9a54-0e6f0a1b2c3d",
                    "event": "deployment_status",
                    "senderId": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
                    "receivedAt": "2026-03-01T12:30:00Z",
                    "verdict": "unmapped",
                    "reason": "no rule is for deployments of acme/shop",
                    "deploymentId": None,
                    "repository": "acme/shop",
                    "environment": "production",
                    "status": "in_progress",
                }
            ]
        }
    )

    id: str
    event: str
    sender_id: str = Field(description="What the sender calls the delivery.")
    received_at: OutInstant
    verdict: Verdict | None = Field(description="Null for the moment until it is applied.")
    reason: str | None
    deployment_id: str | None = Field(description="The component deployment that it is about.")
    repository: str | None
    environment: str | None
    status: str | None = Field(description="What it says of the deployment.")

    @classmethod
    def of(cls, delivery: HookDelivery) -> "HookDeliveryOut":
        report = delivery.report
        return cls(
            id=delivery.id,
            event=delivery.event,
            sender_id=delivery.sender_id,
            received_at=delivery.received_at,
            verdict=delivery.verdict,
            reason=delivery.reason,
            deployment_id=delivery.deployment_id,
            repository=report.repository if report else None,
            environment=report.environment if report else None,
            status=report.status if report else None,
        )


class HookDeliveriesOut(Out):
    data: list[HookDeliveryOut]
    skip: int
    take: int
    has_more: bool


class ReceiptOut(Out):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"outcome": "received", "deliveryId": "8c8f4e0e-0d0a-5c1f-9a54-0e6f0a1b2c3d", "reason": None}]
        }
    )

    outcome: str = Field(description="pong, received, duplicate or ignored.")
    delivery_id: str | None
    reason: str | None
