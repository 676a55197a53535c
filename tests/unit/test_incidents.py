"""Incidents: opened for an outage, known to somebody, over."""

from datetime import timedelta

import pytest

from lull.domain import incidents
from lull.domain.checks import Health
from lull.domain.errors import Conflict
from lull.domain.incidents import IncidentState, Reason, Severity
from tests.builders import NOON, a_check

MINUTE = timedelta(minutes=1)


def an_incident(**changes):
    down = a_check(health=Health.DOWN, judged_at=NOON, **changes)
    return incidents.opened(down, incident_id=5, cause=None, deployment_ids=(17,), at=NOON + MINUTE)


def test_it_dates_from_the_outage_and_says_what_is_down():
    incident = an_incident(name="Checkout API")
    assert (incident.opened_at, incident.title) == (NOON, "Service Checkout API is down")
    assert (incident.reason, incident.severity) == (Reason.SERVICE_DOWN, Severity.CRITICAL)
    assert (incident.check_id, incident.project_id, incident.deployment_ids) == (10, 1, (17,))


def test_it_is_resolved_once():
    resolved = incidents.resolved(an_incident(), at=NOON + MINUTE, by="ada")
    assert (resolved.state, resolved.resolved_at, resolved.resolved_by) == (
        IncidentState.RESOLVED,
        NOON + MINUTE,
        "ada",
    )
    with pytest.raises(Conflict):
        incidents.resolved(resolved, at=NOON + MINUTE)


def test_it_is_never_over_before_it_began():
    assert incidents.resolved(an_incident(), at=NOON - MINUTE).resolved_at == NOON


def test_whoever_acknowledged_it_first_is_remembered():
    known = incidents.acknowledged(an_incident(), at=NOON, by="ada")
    assert incidents.acknowledged(known, at=NOON + MINUTE, by="sam") == known
    assert (known.acknowledged_at, known.acknowledged_by) == (NOON, "ada")
    with pytest.raises(Conflict):
        incidents.acknowledged(incidents.resolved(known, at=NOON), at=NOON, by="sam")
