"""Incidents: opened for an outage, known to somebody, over."""

from datetime import timedelta

import pytest

from lull.domain import incidents, messages
from lull.domain.checks import Health
from lull.domain.dependencies import Dependency
from lull.domain.errors import Conflict
from lull.domain.incidents import Announcement, IncidentState, Reason, Severity
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


def test_what_is_over_is_told_as_past_whatever_names_say():
    odd = an_incident(name="What is down is up")
    assert incidents.past_title(odd) == "Service What is down is up was down"
    dependency = Dependency(id=3, workspace_id=1, name="Stripe is down", created_at=NOON)
    needing = incidents.impacted(a_check(name="Shop"), dependency, incident_id=6, at=NOON)
    assert incidents.past_title(needing) == "Service Shop was impacted by Stripe is down"


@pytest.mark.parametrize(
    ("seconds", "lasted"), [(0, "less than a second"), (243, "4 min 3 s"), (3_600, "1 h"), (7_385, "2 h 3 min")]
)
def test_who_is_told_of_the_end_reads_that_it_is_over(seconds, lasted):
    over = incidents.resolved(an_incident(name="Mailer"), at=NOON + timedelta(seconds=seconds))
    told = messages.of_incident(over, Announcement.RESOLVED, message_id="1")
    assert told.subject == f"[RESOLVED] Service Mailer was down for {lasted}"
    assert told.data["title"] == "Service Mailer is down", "for machines it keeps the name that it had"
    opened = messages.of_incident(over, Announcement.OPENED, message_id="1")
    assert opened.subject == "[DOWN] Service Mailer is down"


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
