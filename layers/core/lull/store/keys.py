"""EVERY key, index and access pattern of the table. Nothing else in the project writes a `#`.

| #  | access pattern                         | store function                               | index     |
|----|----------------------------------------|----------------------------------------------|-----------|
| 1  | next number of a kind                  | counters.next_id                             | table     |
| 2  | workspace by id                        | workspaces.get_workspace                     | table     |
| 3  | project by id                          | projects.get_project                         | table     |
| 4  | projects of a workspace                | projects.list_projects                       | table     |
| 5  | check by id                            | checks.get_check                             | table     |
| 6  | checks by ids                          | checks.get_checks                            | table     |
| 7  | ids of the checks of a workspace       | checks.list_check_ids                        | table     |
| 8  | ids of the checks of a project         | checks.list_check_ids_of_project             | table     |
| 9  | ids of the checks of a dependency      | checks.list_check_ids_of_dependency          | table     |
| 10 | check by its ping token                | pings.record_ping                            | table     |
| 11 | dependency by id                       | dependencies.get_dependency                  | table     |
| 12 | dependencies of a workspace            | dependencies.list_dependencies               | table     |
| 13 | deployment window by id                | deployment_windows.get_deployment_window     | table     |
| 14 | deployment windows of a project        | deployment_windows.list_deployment_windows   | ListIndex |
| 15 | records that are due, whatever kind    | due.list_due                                 | DueIndex  |
| 16 | API key by its hash                    | api_keys.find_api_key                        | table     |
| 17 | API key by id                          | api_keys.get_api_key                         | table     |
| 18 | API keys of a workspace                | api_keys.list_api_keys                       | table     |
| 19 | status page by id                      | status_pages.get_status_page                 | table     |
| 20 | status pages of a workspace            | status_pages.list_status_pages               | table     |
| 21 | status page by slug                    | status_pages.find_owner_of_slug              | table     |
| 22 | components of a status page            | status_pages.list_components                 | table     |
| 23 | component by id                        | status_pages.get_component                   | table     |
| 24 | pages that show sources of a workspace | status_pages.list_shown_sources              | table     |
| 25 | dependencies by ids                    | dependencies.get_dependencies                | table     |
| 26 | status pages by ids                    | status_pages.get_status_pages                | table     |
| 27 | deployment windows by ids              | deployment_windows.get_deployment_windows    | table     |
| 28 | what an idempotency key made           | idempotency.find_made                        | table     |
| 29 | checks to be looked at, by mode        | due.list_watched                             | WatchIndex |
| 30 | timeline of a check                    | signals.list_signals                         | table     |
| 31 | incident by id                         | incidents.get_incident                       | table     |
| 32 | incidents by ids                       | incidents.get_incidents                      | table     |
| 33 | incidents of a workspace               | incidents.list_incidents                     | table     |
| 34 | timeline of an incident                | incidents.list_events                        | table     |
| 35 | projects by ids                        | projects.get_projects                        | table     |
| 36 | maintenance window by id               | maintenance_windows.get_maintenance_window   | table     |
| 37 | maintenance windows of a workspace     | maintenance_windows.list_maintenance_windows | table     |
| 38 | maintenance windows by ids             | maintenance_windows.get_maintenance_windows  | table     |
| 39 | past occurrences of a window           | maintenance_windows.list_occurrences         | table     |
| 40 | what suppresses in a project, and when | maintenance_windows.list_suppressions        | table     |
| 41 | what a deployment or window kept quiet | quiet.list_kept_quiet                        | table     |
| 42 | what suppresses in a workspace         | maintenance_windows.list_all_suppressions    | table     |
| 43 | uptime ledger of a check, day by day   | ledger.list_day_logs                         | table     |
| 44 | alert channel by id                    | alert_channels.get_alert_channel             | table     |
| 45 | alert channels of a workspace          | alert_channels.list_alert_channels           | table     |
| 46 | delivery by id                         | deliveries.get_delivery                      | table     |
| 47 | incidents of a project still to tell   | incidents.list_suppressed_incidents          | table     |
| 48 | next numbers of a kind                 | counters.next_ids                            | table     |
| 49 | ids of the checks that need something  | checks.list_check_ids_in_need                | table     |
| 50 | occurrences of a window since a time   | maintenance_windows.list_occurrences_since   | table     |
| 51 | checks of any workspace, by ids        | checks.get_checks_anywhere                   | table     |
| 52 | what a check was last heard to say     | signals.find_newest_signal                   | table     |
| 53 | announcement by id                     | announcements.get_announcement               | table     |
| 54 | announcements by ids                   | announcements.get_announcements              | table     |
| 55 | ids of the announcements of a page     | announcements.list_announcement_ids          | table     |
| 56 | what a page tells, and told lately     | announcements.list_announcements             | table     |
| 57 | what a window tells on which page      | announcements.list_announced                 | table     |
| 58 | what was published of a page           | publications.get_publication                 | table     |
| 59 | every slug of the installation         | status_pages.list_slugs                      | table     |
| 60 | how a page is protected                | page_access.get_page_access                  | table     |
| 61 | recent requests of an address          | rate_limits.find_hits                        | table     |
| 62 | whose a custom domain is               | custom_domains.get_claim                     | table     |
| 63 | custom domains to be looked at again   | custom_domains.list_due_hosts                | DueIndex  |
| 64 | subscriber of a page by id             | subscribers.get_subscriber                   | table     |
| 65 | subscribers of a page, so many a time  | subscribers.list_subscribers                 | table     |
| 66 | subscriber by the handle of its links  | subscribers.find_subscriber_of_handle        | table     |
| 67 | subscriptions of an address, all pages | subscribers.list_subscriptions_of_address    | table     |
| 68 | what a subscriber was told, or is owed | notices.get_notice                           | table     |
| 69 | what a subscriber is owed              | notices.list_pending_notices                 | table     |
| 70 | how many subscribers a page has        | subscribers.list_live_subscribers            | table     |
| 71 | component by id                        | components.get_component                     | table     |
| 72 | components of a workspace              | components.list_components                   | table     |
| 73 | environment by id                      | environments.get_environment                 | table     |
| 74 | environments of a workspace            | environments.list_environments               | table     |
| 75 | a component and an environment at once | components.get_target                        | table     |
| 76 | component deployment by id             | component_deployments.get_component_deployment | table   |
| 77 | component deployments by ids           | component_deployments.get_component_deployments | table  |
| 78 | component deployments, by any filter   | component_deployments.list_component_deployment_ids | table |
| 79 | what ended in an environment, and when | endings.list_endings                         | table     |
| 80 | how many of them there are             | component_deployments.get_count              | table     |
| 81 | history of a component deployment      | component_deployments.list_events            | table     |
| 82 | what runs of a component somewhere     | cells.get_cell                               | table     |
| 83 | what runs where                        | cells.list_cells                             | table     |
| 84 | successes of a cell, newest first      | cells.list_successes                         | table     |
| 85 | CI trust by id                         | ci_trusts.get_ci_trust                       | table     |
| 86 | CI trusts of a workspace               | ci_trusts.list_ci_trusts                     | table     |
| 87 | who trusts a repository of an issuer   | ci_trusts.list_trusts_of_repository          | table     |
| 88 | CI hook by id                          | ci_hooks.get_ci_hook                         | table     |
| 89 | CI hooks of a workspace                | ci_hooks.list_ci_hooks                       | table     |
| 90 | delivery of a CI hook by id            | hook_deliveries.get_hook_delivery            | table     |
| 91 | deliveries of a CI hook, newest first  | hook_deliveries.list_hook_deliveries         | ListIndex |
| 92 | what others call our records           | external_keys.find_external                  | table     |
| 93 | component or environment by its name   | names.find_owner                             | table     |
| 94 | application by id                      | applications.get_application                 | table     |
| 95 | applications of a workspace            | applications.list_applications               | table     |
| 96 | application deployment by id           | app_deployments.get_app_deployment           | table     |
| 97 | application deployments by ids         | app_deployments.get_app_deployments          | table     |
| 98 | ids of the deployments of an application | app_deployments.list_app_deployment_ids    | table     |
| 99 | number of its newest deployment        | app_deployments.get_last_number              | table     |
| 100 | components by ids                      | components.get_components                    | table     |
| 101 | environments by ids                    | environments.get_environments                | table     |
| 102 | note of a secret by id                 | secret_notes.get_secret_note                 | table     |

Every key of a customer's record begins with its workspace, so an id of another workspace finds nothing. Numbers are
fixed-width and instants have whole milliseconds, so that the order of the text is the real order.
"""

import re
from datetime import UTC, date, datetime

Key = dict[str, str]

LIST_INDEX = "ListIndex"
DUE_INDEX = "DueIndex"
WATCH_INDEX = "WatchIndex"
DUE = "DUE"
HEARTBEATS = "HEARTBEATS"
PROBES = "PROBES"


def number(value: int) -> str:
    """A number as text that sorts.

    >>> number(17)
    '000000000017'
    """
    return f"{value:012d}"


def instant(at: datetime) -> str:
    """An instant as text that sorts.

    >>> instant(datetime(2026, 3, 1, 12, 30, tzinfo=UTC))
    '2026-03-01T12:30:00.000Z'
    """
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def counter(kind: str) -> Key:
    return {"PK": "COUNTER", "SK": kind}


def workspace(workspace_id: int) -> Key:
    return {"PK": f"WS#{workspace_id}", "SK": "WORKSPACE"}


PROJECT = "PROJECT#"
DEPENDENCY = "DEPENDENCY#"
API_KEY = "APIKEY#"
CHANNEL = "CHANNEL#"
PAGE = "PAGE#"
PAGE_COMPONENT = "COMPONENT#"
COMPONENT = "SERVICE#"
ENVIRONMENT = "ENVIRONMENT#"
APPLICATION = "APPLICATION#"
UPTIME = "UPTIME#"
SUBSCRIBER = "SUBSCRIBER#"
NOTICE = "NOTICE#"
CI_TRUST = "CITRUST#"


def in_workspace(workspace_id: int) -> str:
    """The partition of a workspace's few and seldom written records."""
    return f"WS#{workspace_id}"


def project(workspace_id: int, project_id: int) -> Key:
    return {"PK": in_workspace(workspace_id), "SK": PROJECT + number(project_id)}


def dependency(workspace_id: int, dependency_id: int) -> Key:
    return {"PK": in_workspace(workspace_id), "SK": DEPENDENCY + number(dependency_id)}


def api_key(workspace_id: int, key_id: int) -> Key:
    return {"PK": in_workspace(workspace_id), "SK": API_KEY + number(key_id)}


def api_key_hash(secret_hash: str) -> Key:
    return {"PK": f"APIKEYHASH#{secret_hash}", "SK": "APIKEYHASH"}


def ci_trust(workspace_id: int, trust_id: int) -> Key:
    return {"PK": in_workspace(workspace_id), "SK": CI_TRUST + number(trust_id)}


def ci_trust_count(workspace_id: int) -> Key:
    """The item that counts the CI trusts of a workspace."""
    return {"PK": in_workspace(workspace_id), "SK": "CITRUSTS"}


def trusts_of_repository(issuer: str, repository_id: str) -> str:
    """The partition that lists who trusts a repository, of all workspaces: a token names no workspace."""
    return f"CITRUSTED#{repository_id}#{issuer}"


def trusts_of_workspace(workspace_id: int) -> str:
    return f"{number(workspace_id)}#"


def trust_of_repository(issuer: str, repository_id: str, workspace_id: int, trust_id: int) -> Key:
    partition = trusts_of_repository(issuer, repository_id)
    return {"PK": partition, "SK": trusts_of_workspace(workspace_id) + number(trust_id)}


def ci_use(digest: str) -> Key:
    """That a CI token has made a request."""
    return {"PK": f"CIUSE#{digest}", "SK": "CIUSE"}


def check(workspace_id: int, check_id: int) -> Key:
    """A partition of its own: checks are written with every ping."""
    return {"PK": of_check(workspace_id, check_id), "SK": "CHECK"}


def of_check(workspace_id: int, check_id: int) -> str:
    """The partition of one check and its uptime ledger."""
    return f"WS#{workspace_id}#CHECK#{check_id}"


def day_log(workspace_id: int, check_id: int, day: date) -> Key:
    return {"PK": of_check(workspace_id, check_id), "SK": UPTIME + day.isoformat()}


def logged_day(sort_key: str) -> date:
    return date.fromisoformat(sort_key.removeprefix(UPTIME))


def check_of(key: Key) -> tuple[int, int]:
    """Workspace id and check id of a check's key."""
    _, workspace_id, _, check_id = key["PK"].split("#")
    return int(workspace_id), int(check_id)


SIGNAL = "SIGNAL#"


def signal(workspace_id: int, check_id: int, at: datetime, suffix: str) -> Key:
    return {**check(workspace_id, check_id), "SK": f"{SIGNAL}{instant(at)}#{suffix}"}


def incident(workspace_id: int, incident_id: int) -> Key:
    return {"PK": f"WS#{workspace_id}#INCIDENT#{incident_id}", "SK": "INCIDENT"}


EVENT = "EVENT#"


def incident_event(workspace_id: int, incident_id: int, at: datetime, suffix: str) -> Key:
    return {**incident(workspace_id, incident_id), "SK": f"{EVENT}{instant(at)}#{suffix}"}


def incidents_of_workspace(workspace_id: int) -> str:
    """The partition that lists the incidents of a workspace: a hundred bytes each, so that thousands are one read."""
    return f"WS#{workspace_id}#INCIDENTS"


def incident_listing(workspace_id: int, incident_id: int) -> Key:
    return {"PK": incidents_of_workspace(workspace_id), "SK": number(incident_id)}


MAINTENANCE = "MAINTENANCE#"


def maintenance_window(workspace_id: int, window_id: int) -> Key:
    return {"PK": in_workspace(workspace_id), "SK": MAINTENANCE + number(window_id)}


def in_maintenance_window(workspace_id: int, window_id: int) -> str:
    """The partition of what has happened in a window."""
    return f"WS#{workspace_id}#MAINTENANCE#{window_id}"


OCCURRENCE = "OCCURRENCE#"
QUIET = "QUIET#"


def occurrence(workspace_id: int, window_id: int, start_at: datetime) -> Key:
    return {"PK": in_maintenance_window(workspace_id, window_id), "SK": OCCURRENCE + instant(start_at)}


def quiet(partition: str, at: datetime, kind: str, check_id: int) -> Key:
    """Something kept quiet by the deployment or maintenance window of this partition."""
    return {"PK": partition, "SK": f"{QUIET}{instant(at)}#{kind}#{number(check_id)}"}


def suppressions_of_workspace(workspace_id: int) -> str:
    """The partition that says which maintenance window suppresses what in which project, and when."""
    return f"WS#{workspace_id}#SUPPRESSIONS"


def suppression(workspace_id: int, project_id: int, window_id: int) -> Key:
    return {
        "PK": suppressions_of_workspace(workspace_id),
        "SK": f"{listed_under_project(project_id)}{number(window_id)}",
    }


def suppressed_project(sort_key: str) -> int:
    """The project id of a `suppression` key."""
    return int(sort_key.split("#")[1])


def needs_of_workspace(workspace_id: int) -> str:
    """The partition that says which check needs which dependency."""
    return f"WS#{workspace_id}#NEEDS"


def need(workspace_id: int, dependency_id: int, check_id: int) -> Key:
    return {
        "PK": needs_of_workspace(workspace_id),
        "SK": f"{listed_under_dependency(dependency_id)}{number(check_id)}",
    }


def suppressed_incidents_of_workspace(workspace_id: int) -> str:
    """The partition of incidents that people are told of once no maintenance window is in the way."""
    return f"WS#{workspace_id}#SUPPRESSED"


def suppressed_incident(workspace_id: int, project_id: int, incident_id: int) -> Key:
    partition = suppressed_incidents_of_workspace(workspace_id)
    return {"PK": partition, "SK": f"{listed_under_project(project_id)}{number(incident_id)}"}


def alert_channel(workspace_id: int, channel_id: int) -> Key:
    return {"PK": in_workspace(workspace_id), "SK": CHANNEL + number(channel_id)}


def alert_channel_count(workspace_id: int) -> Key:
    """The item that counts the alert channels of a workspace."""
    return {"PK": in_workspace(workspace_id), "SK": "ALERTCHANNELS"}


def delivery(workspace_id: int, delivery_id: int) -> Key:
    return {"PK": f"WS#{workspace_id}#DELIVERY#{delivery_id}", "SK": "DELIVERY"}


def checks_of_workspace(workspace_id: int) -> str:
    """The partition that lists the checks of a workspace, by owner: written only when one comes or goes."""
    return f"WS#{workspace_id}#CHECKS"


def listed_under_project(project_id: int) -> str:
    return f"PROJECT#{number(project_id)}#"


def listed_under_dependency(dependency_id: int) -> str:
    return f"DEPENDENCY#{number(dependency_id)}#"


def check_listing(workspace_id: int, listed_under: str, check_id: int) -> Key:
    return {"PK": checks_of_workspace(workspace_id), "SK": listed_under + number(check_id)}


def listed_check_id(sort_key: str) -> int:
    return int(sort_key.rpartition("#")[2])


def deployment_window(workspace_id: int, window_id: int) -> Key:
    return {"PK": f"WS#{workspace_id}#DEPLOYMENT#{window_id}", "SK": "DEPLOYMENT"}


def deployment_windows_of_project(workspace_id: int, project_id: int) -> str:
    return f"WS#{workspace_id}#PROJECT#{project_id}#DEPLOYMENTS"


def idempotency_key(workspace_id: int, digest: str) -> Key:
    return {"PK": f"WS#{workspace_id}#IDEMPOTENCY#{digest}", "SK": "IDEMPOTENCY"}


def by_start(start: datetime, window_id: int) -> str:
    return f"{instant(start)}#{number(window_id)}"


def start_after(workspace_id: int, partition: str, sort_key: str) -> Key:
    """The whole key of an entry of a project's list of deployment windows, from its sort key."""
    window_id = int(sort_key.rpartition("#")[2])
    return {**deployment_window(workspace_id, window_id), "ListPK": partition, "ListSK": sort_key}


def is_by_start(text: str) -> bool:
    """Whether the text has the form of `by_start`."""
    return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#\d{12}", text, re.ASCII) is not None


def due(at: datetime, kind: str, workspace_id: int, record_id: int | str) -> dict[str, str]:
    return {"DuePK": DUE, "DueSK": f"{instant(at)}#{kind}#{workspace_id}#{record_id}"}


def due_record(sort_key: str) -> tuple[str, int, int | str]:
    """Kind, workspace id and record id, a number or a UUID, of an entry of the due index."""
    _, kind, workspace_id, record_id = sort_key.split("#")
    return kind, int(workspace_id), int(record_id) if record_id.isdecimal() else record_id


def status_page(workspace_id: int, page_id: int) -> Key:
    return {"PK": in_workspace(workspace_id), "SK": PAGE + number(page_id)}


SLUGS = "SLUGS"
"""The partition that lists every slug that is taken."""


def slug(text: str) -> Key:
    """The claim of a slug, unique over the installation."""
    return {"PK": SLUGS, "SK": text}


DOMAINS = "DOMAINS"
"""The partition of the due index that lists custom domains by when they are to be looked at again."""


def domain(host: str) -> Key:
    """The claim of a custom domain, unique over the installation."""
    return {"PK": f"DOMAIN#{host}", "SK": "DOMAIN"}


def due_domain(at: datetime, host: str) -> dict[str, str]:
    return {"DuePK": DOMAINS, "DueSK": f"{instant(at)}#{host}"}


def due_host(sort_key: str) -> str:
    return sort_key.partition("#")[2]


def in_page(workspace_id: int, page_id: int) -> str:
    return f"WS#{workspace_id}#PAGE#{page_id}"


def page_component(workspace_id: int, page_id: int, component_id: int) -> Key:
    return {"PK": in_page(workspace_id, page_id), "SK": PAGE_COMPONENT + number(component_id)}


def publication(workspace_id: int, page_id: int) -> Key:
    """What was published of a page last."""
    return {"PK": in_page(workspace_id, page_id), "SK": "PUBLICATION"}


def page_access(workspace_id: int, page_id: int) -> Key:
    """Exists while the page takes a password."""
    return {"PK": in_page(workspace_id, page_id), "SK": "ACCESS"}


def rate(kind: str, subject: str, address: str) -> Key:
    return {"PK": f"RATE#{kind}#{subject}#{address}", "SK": "RATE"}


def announcement(workspace_id: int, announcement_id: int) -> Key:
    """Found by its id alone, as wake-ups name it."""
    return {"PK": f"WS#{workspace_id}#ANNOUNCEMENT#{announcement_id}", "SK": "ANNOUNCEMENT"}


UNRESOLVED = "UNRESOLVED#"
RESOLVED = "RESOLVED#"


def announcements_of_page(workspace_id: int, page_id: int) -> str:
    """The partition that lists the announcements of a page."""
    return f"WS#{workspace_id}#PAGE#{page_id}#ANNOUNCEMENTS"


def announcement_listing(workspace_id: int, page_id: int, announcement_id: int, *, resolved: bool) -> Key:
    return {
        "PK": announcements_of_page(workspace_id, page_id),
        "SK": (RESOLVED if resolved else UNRESOLVED) + number(announcement_id),
    }


def listed_announcement_id(sort_key: str) -> int:
    return int(sort_key.rpartition("#")[2])


ANNOUNCED = "ANNOUNCED#"


def announced(workspace_id: int, window_id: int, occurrence: int, page_id: int) -> Key:
    """That an occurrence of a maintenance window has its announcement on a page."""
    partition = in_maintenance_window(workspace_id, window_id)
    return {"PK": partition, "SK": f"{ANNOUNCED}{number(occurrence)}#{number(page_id)}"}


def shown_in_workspace(workspace_id: int) -> str:
    """The partition that says which source is shown on which page."""
    return f"WS#{workspace_id}#SHOWN"


def shown(workspace_id: int, source: str, source_id: int, page_id: int, component_id: int) -> Key:
    """`source` is check, project or dependency."""
    return {
        "PK": shown_in_workspace(workspace_id),
        "SK": f"{source}#{number(source_id)}#{number(page_id)}#{number(component_id)}",
    }


def shown_source(sort_key: str) -> tuple[str, int, int]:
    """Source, source id and page id of a `shown` key."""
    source, source_id, page_id, _ = sort_key.split("#")
    return source, int(source_id), int(page_id)


def subscribers_of_page(workspace_id: int, page_id: int) -> str:
    return f"WS#{workspace_id}#PAGE#{page_id}#SUBSCRIBERS"


def subscriber(workspace_id: int, page_id: int, subscriber_id: int) -> Key:
    return {"PK": subscribers_of_page(workspace_id, page_id), "SK": SUBSCRIBER + number(subscriber_id)}


def subscription_of_handle(handle: str) -> Key:
    """Found by what a link carries, which names no workspace."""
    return {"PK": f"SUBSCRIPTION#{handle}", "SK": "SUBSCRIPTION"}


def subscriptions_of_address(digest: str) -> str:
    """The partition that lists the subscriptions of an address, of all workspaces: who complains means all of them."""
    return f"SUBSCRIBED#{digest}"


def subscription_of_address(digest: str, workspace_id: int, page_id: int) -> Key:
    """The claim of an address, unique on its page."""
    return {"PK": subscriptions_of_address(digest), "SK": f"{number(workspace_id)}#{number(page_id)}"}


def notices_of_subscriber(workspace_id: int, subscriber_id: int) -> str:
    return f"WS#{workspace_id}#SUBSCRIBER#{subscriber_id}"


def notice(workspace_id: int, subscriber_id: int, announcement_id: int, subject: str) -> Key:
    return {
        "PK": notices_of_subscriber(workspace_id, subscriber_id),
        "SK": f"{NOTICE}{number(announcement_id)}#{subject}",
    }


def software_component(workspace_id: int, component_id: str) -> Key:
    """A component that is deployed, as against one that a status page shows."""
    return {"PK": in_workspace(workspace_id), "SK": COMPONENT + component_id}


def environment(workspace_id: int, environment_id: str) -> Key:
    return {"PK": in_workspace(workspace_id), "SK": ENVIRONMENT + environment_id}


def taken_name(workspace_id: int, noun: str, name: str) -> Key:
    """The claim of a name, unique in its workspace whatever its case."""
    return {"PK": f"WS#{workspace_id}#NAMES", "SK": f"NAME#{noun}#{name.casefold()}"}


def component_deployment(workspace_id: int, deployment_id: str) -> Key:
    return {"PK": f"WS#{workspace_id}#RELEASE#{deployment_id}", "SK": "RELEASE"}


def component_deployment_event(workspace_id: int, deployment_id: str, revision: int) -> Key:
    return {**component_deployment(workspace_id, deployment_id), "SK": EVENT + number(revision)}


def component_deployments_of(workspace_id: int, component_id: str | None, environment_id: str | None) -> str:
    """The partition that lists and counts deployments; None stands for all components or environments."""
    return f"WS#{workspace_id}#RELEASES#{component_id or '*'}#{environment_id or '*'}"


def component_deployment_count(workspace_id: int, component_id: str | None, environment_id: str | None) -> Key:
    return {"PK": component_deployments_of(workspace_id, component_id, environment_id), "SK": "COUNT"}


def listed_by_status(status: str | None) -> str:
    """Every deployment is listed twice: under its status and under none."""
    return f"LISTED#{status or '*'}#"


def component_deployment_listing(
    workspace_id: int, component_id: str | None, environment_id: str | None, status: str | None, deployment: str
) -> Key:
    """`deployment` is `listed_deployment`."""
    partition = component_deployments_of(workspace_id, component_id, environment_id)
    return {"PK": partition, "SK": listed_by_status(status) + deployment}


def listed_deployment(created_at: datetime, deployment_id: str) -> str:
    return f"{instant(created_at)}#{deployment_id}"


def listed_deployment_id(sort_key: str) -> str:
    return sort_key.rpartition("#")[2]


def cells_of_workspace(workspace_id: int) -> str:
    """The partition that says what runs where."""
    return f"WS#{workspace_id}#CELLS"


def cell(workspace_id: int, component_id: str, environment_id: str) -> Key:
    return {"PK": cells_of_workspace(workspace_id), "SK": cells_of_component(component_id) + environment_id}


def cells_of_component(component_id: str) -> str:
    return f"CELL#{component_id}#"


def successes_of_cell(workspace_id: int, component_id: str, environment_id: str) -> str:
    return f"WS#{workspace_id}#CELL#{component_id}#{environment_id}"


SUCCESS = "SUCCESS#"
HOOK = "CIHOOK#"


def success(workspace_id: int, component_id: str, environment_id: str, at: datetime, deployment_id: str) -> Key:
    partition = successes_of_cell(workspace_id, component_id, environment_id)
    return {"PK": partition, "SK": f"{SUCCESS}{instant(at)}#{deployment_id}"}


def endings_of_environment(workspace_id: int, environment_id: str) -> str:
    """The partition of what succeeded and failed there, by when."""
    return f"WS#{workspace_id}#ENDINGS#{environment_id}"


def ending(workspace_id: int, environment_id: str, at: datetime, deployment_id: str, attempt: int) -> Key:
    partition = endings_of_environment(workspace_id, environment_id)
    return {"PK": partition, "SK": f"{ended_at(at)}#{deployment_id}#{attempt}"}


ENDED = "ENDED#"


def ended_at(at: datetime) -> str:
    return ENDED + instant(at)


def ended(sort_key: str) -> tuple[datetime, str]:
    """When, and the id of the deployment."""
    _, at, deployment_id, _ = sort_key.split("#")
    return datetime.fromisoformat(at), deployment_id


def application(workspace_id: int, application_id: str) -> Key:
    return {"PK": in_workspace(workspace_id), "SK": APPLICATION + application_id}


def secret_note(workspace_id: int, note_id: str) -> Key:
    """Found by its id alone, as wake-ups name it."""
    return {"PK": f"WS#{workspace_id}#SECRETNOTE#{note_id}", "SK": "SECRETNOTE"}


def app_deployment(workspace_id: int, deployment_id: str) -> Key:
    """Found by its id alone, as wake-ups name it."""
    return {"PK": f"WS#{workspace_id}#APPDEPLOYMENT#{deployment_id}", "SK": "APPDEPLOYMENT"}


def deployments_of_application(workspace_id: int, application_id: str) -> str:
    """The partition that numbers and lists the deployments of an application."""
    return f"WS#{workspace_id}#APPLICATION#{application_id}"


def last_deploy_number(workspace_id: int, application_id: str) -> Key:
    return {"PK": deployments_of_application(workspace_id, application_id), "SK": "LASTNUMBER"}


def app_deployment_listing(workspace_id: int, application_id: str, deploy_number: int) -> Key:
    return {
        "PK": deployments_of_application(workspace_id, application_id),
        "SK": by_deploy_number(deploy_number),
    }


def by_deploy_number(deploy_number: int) -> str:
    return f"NUMBER#{number(deploy_number)}"


def ci_hook(hook_id: str) -> Key:
    """Found by its id alone, which is all that a provider's request has."""
    return {"PK": f"CIHOOK#{hook_id}", "SK": "CIHOOK"}


def ci_hook_listing(workspace_id: int, created_at: datetime, hook_id: str) -> Key:
    return {"PK": in_workspace(workspace_id), "SK": f"{HOOK}{instant(created_at)}#{hook_id}"}


def listed_hook_id(sort_key: str) -> str:
    return sort_key.rpartition("#")[2]


def ci_hook_count(workspace_id: int) -> Key:
    """The item that counts the CI hooks of a workspace."""
    return {"PK": in_workspace(workspace_id), "SK": "CIHOOKS"}


def hook_delivery(workspace_id: int, delivery_id: str) -> Key:
    return {"PK": f"WS#{workspace_id}#HOOKDELIVERY#{delivery_id}", "SK": "HOOKDELIVERY"}


def deliveries_of_hook(hook_id: str) -> str:
    return f"CIHOOK#{hook_id}#DELIVERIES"


def by_receipt(received_at: datetime, delivery_id: str) -> str:
    return f"{instant(received_at)}#{delivery_id}"


def external_key(workspace_id: int, digest: str) -> Key:
    """`digest` is of what somebody else calls a record of ours."""
    return {"PK": f"WS#{workspace_id}#EXTERNAL#{digest}", "SK": "EXTERNAL"}
