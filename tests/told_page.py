"""A page with something of everything, and pages at random, for tests of what is rendered of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from lull.domain.health import ComponentStatus
from lull.domain.uptime import Bucket, second
from lull.publishing.snapshot import AnnouncementSnapshot, StatusSnapshot, UpdateSnapshot
from tests.builders import NOON
from tests.page_builders import a_component_snapshot, a_maintenance_snapshot, a_snapshot, an_incident_snapshot

BASE = "https://status.example.com"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def told(
    announcement_id: int,
    title: str,
    *updates: tuple[str, str, datetime],
    component_ids: tuple[int, ...] = (),
    **more: Any,
) -> AnnouncementSnapshot:
    """An announcement with these updates: status, text, when."""
    fields = {"impact": "MINOR", "scheduled_for": None, "scheduled_until": None, "general": not component_ids, **more}
    return AnnouncementSnapshot(
        id=announcement_id,
        title=title,
        status=updates[-1][0],
        component_ids=component_ids,
        created_at=updates[0][2],
        updates=tuple(
            UpdateSnapshot(id=number, status=status, body=body, created_at=at)
            for number, (status, body, at) in enumerate(updates, 1)
        ),
        **fields,
    )


def planned(begins: datetime, hours: int = 2) -> dict[str, Any]:
    return {"scheduled_for": begins, "scheduled_until": begins + hours * HOUR}


JANUARY, FEBRUARY = datetime(2026, 1, 20, 9, tzinfo=UTC), datetime(2026, 2, 10, 22, tzinfo=UTC)

TOLD = a_snapshot(
    a_component_snapshot(
        id=5,
        name="API",
        description="Public REST endpoints",
        group_name="Core",
        status=ComponentStatus.PARTIAL_OUTAGE,
        timeline=(
            (second(NOON - 3 * DAY), Bucket.OPERATIONAL),
            (second(NOON - 26 * HOUR), Bucket.PARTIAL),
            (second(NOON - 25 * HOUR), Bucket.OPERATIONAL),
            (second(NOON - HOUR), Bucket.MAJOR),
        ),
    ),
    a_component_snapshot(id=8, name="Daten & Söhne", position=1, status=ComponentStatus.NOT_MONITORED),
    a_component_snapshot(id=6, name="Search", position=2, group_name="Core", show_uptime_bar=False),
    id=7,
    name="Acme & Söhne",
    slug="acme",
    created_at=datetime(2025, 8, 24, 8, 30, 15, 123_000, tzinfo=UTC),
    status=ComponentStatus.PARTIAL_OUTAGE,
    announcements=(
        told(
            13,
            "New disks",
            ("INVESTIGATING", "We exchange **disks**, one by one.", NOON - 2 * DAY),
            ("MONITORING", "All are in.", NOON - HOUR / 2),
            **planned(NOON - HOUR),
        ),
        told(
            12,
            "Slow <answers>",
            ("INVESTIGATING", "We look.", NOON - 3 * HOUR),
            ("IDENTIFIED", "Found: [details](https://acme.test/?a=1&b=2)\n\n- one; two, three", NOON - 2 * HOUR),
            impact="MAJOR",
            component_ids=(5,),
        ),
    ),
    scheduled=(
        told(
            14, "Move, at last", ("INVESTIGATING", "We move.", NOON - HOUR), component_ids=(8, 6), **planned(NOON + DAY)
        ),
    ),
    resolved=(
        told(
            11,
            "Called off",
            ("INVESTIGATING", "Soon.", FEBRUARY),
            ("RESOLVED", "Not needed.", FEBRUARY + DAY),
            **planned(FEBRUARY + 2 * DAY),
        ),
        told(
            10,
            "Restart",
            ("INVESTIGATING", "At night.", JANUARY),
            ("RESOLVED", "The scheduled time is over.", FEBRUARY + 2 * HOUR),
            component_ids=(6,),
            **planned(FEBRUARY),
        ),
        told(9, "Lost mails", ("INVESTIGATING", "We look.", JANUARY), ("RESOLVED", "Found.", JANUARY + HOUR)),
        told(
            3,
            "Long ago",
            ("INVESTIGATING", "At night.", NOON - 120 * DAY),
            ("RESOLVED", "Done.", NOON - 119 * DAY),
            **planned(NOON - 120 * DAY),
        ),
    ),
    maintenances=(
        a_maintenance_snapshot(
            id=4,
            name="Firewall",
            description="Rules; new ones",
            occurrence=2,
            edits=3,
            planned_at=NOON - 9 * DAY,
            component_ids=(5, 6),
        ),
        a_maintenance_snapshot(id=5, name="Move, at last", announced=True, under_way=False, start_at=NOON + DAY),
    ),
    incidents=(
        an_incident_snapshot(id=31, started_at=NOON - HOUR),
        an_incident_snapshot(
            id=30, component_id=6, component_name="Search", started_at=JANUARY - DAY, resolved_at=JANUARY - DAY + HOUR
        ),
    ),
)


def renamed(snapshot: StatusSnapshot) -> StatusSnapshot:
    """The same page under other names, its components in another order."""
    return replace(
        snapshot,
        name="Other",
        slug="other",
        components=tuple(
            replace(each, name=f"Other {each.id}", position=position)
            for position, each in enumerate(reversed(snapshot.components))
        ),
        announcements=tuple(replace(each, title="Other") for each in reversed(snapshot.announcements)),
        scheduled=tuple(replace(each, title="Other") for each in snapshot.scheduled),
        resolved=tuple(replace(each, title="Other") for each in reversed(snapshot.resolved)),
        maintenances=tuple(replace(each, name="Other") for each in reversed(snapshot.maintenances)),
        incidents=tuple(replace(each, component_name="Other") for each in reversed(snapshot.incidents)),
    )


# ---- at random

_CONTROLS = ["\x00", "\x08", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f", "\x85", "\x9f", "\r\n", "\r", "\n", "\t", "  "]
_ODD = ["\u2028", "\u2029", "\ufffe", "\uffff", "\ufeff", "\u200b", "\u202egnp.exe", "\U0010ffff", "\U0001fffe"]
_SCRIPTS = ["مرحبا", "שלום", "日本語", "é", "e\u0301", "🎉", "👩‍👩‍👧", "word"]
_MARKUP = ["]]>", "</script>", "<b>", "&amp;", "&#0;", "<!--", "\"'", "\\", "\\n", ";", ",", ":", "BEGIN:VEVENT"]
_MARKDOWN = ["[x](javascript:alert(1))", "![x](https://t.test/x.png)", "# h", "> ", "`"]
NASTY = (*_CONTROLS, *_ODD, *_SCRIPTS, *_MARKUP, *_MARKDOWN)

hostile_texts = st.one_of(
    st.lists(st.sampled_from(NASTY), min_size=1, max_size=12).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60),
)


def written_by(text: str) -> StatusSnapshot:
    """The page with one text wherever owners write."""
    page = replace(
        renamed(TOLD),
        name=text,
        components=tuple(
            replace(each, name=text, description=text, group_name=each.group_name and text) for each in TOLD.components
        ),
        incidents=tuple(replace(each, component_name=text) for each in TOLD.incidents),
        maintenances=tuple(replace(each, name=text, description=text) for each in TOLD.maintenances),
    )
    lists: dict[str, Any] = {
        name: tuple(
            replace(each, title=text, updates=tuple(replace(update, body=text) for update in each.updates))
            for each in getattr(page, name)
        )
        for name in ("announcements", "scheduled", "resolved")
    }
    return replace(page, **lists)


def random_page(random: Random) -> StatusSnapshot:
    """Some components, announcements and outages, whose texts are made of what has been trouble somewhere."""

    def text() -> str:
        return "".join(random.choices(NASTY, k=random.randint(1, 6)))

    components = [a_component_snapshot(id=n, name=text()) for n in range(random.randint(1, 3))]
    ids = tuple(component.id for component in components)
    announcements = tuple(
        told(
            number,
            text(),
            *(("INVESTIGATING", text(), NOON - random.random() * DAY) for _ in range(random.randint(1, 2))),
            component_ids=ids[: random.randint(0, len(ids))],
            **random.choice([{}, planned(NOON - HOUR)]),
        )
        for number in range(random.randint(0, 2))
    )
    incidents = tuple(
        an_incident_snapshot(id=number, component_id=0, component_name=text(), resolved_at=random.choice([None, NOON]))
        for number in range(random.randint(0, 2))
    )
    return a_snapshot(*components, name=text(), announcements=announcements, incidents=incidents)
