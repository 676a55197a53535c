"""Who may call what: every route of the APIs and the least role it takes.

A route that is not in this table answers nobody (`auth.authorized`) and fails a test.
"""

from lull.domain.credentials import Role

PUBLIC = None
VIEWER, DEPLOYER, MEMBER, ADMIN = Role.VIEWER, Role.DEPLOYER, Role.MEMBER, Role.ADMIN

ACCESS: dict[tuple[str, str], Role | None] = {
    ("GET", "/api/workspace"): VIEWER,
    ("GET", "/api/api-keys"): ADMIN,
    ("POST", "/api/api-keys"): ADMIN,
    ("PATCH", "/api/api-keys/{key_id}"): ADMIN,
    ("DELETE", "/api/api-keys/{key_id}"): ADMIN,
    ("POST", "/api/api-keys/{key_id}/rotate"): ADMIN,
    ("GET", "/api/v1/ci-trusts"): ADMIN,
    ("POST", "/api/v1/ci-trusts"): ADMIN,
    ("GET", "/api/v1/ci-trusts/{trust_id}"): ADMIN,
    ("PATCH", "/api/v1/ci-trusts/{trust_id}"): ADMIN,
    ("DELETE", "/api/v1/ci-trusts/{trust_id}"): ADMIN,
    ("GET", "/api/v1/ci-identity"): VIEWER,
    ("GET", "/api/projects"): VIEWER,
    ("POST", "/api/projects"): MEMBER,
    ("GET", "/api/projects/{project_id}"): VIEWER,
    ("PATCH", "/api/projects/{project_id}"): MEMBER,
    ("DELETE", "/api/projects/{project_id}"): ADMIN,
    ("GET", "/api/checks"): VIEWER,
    ("POST", "/api/checks"): MEMBER,
    ("GET", "/api/checks/{check_id}"): VIEWER,
    ("PATCH", "/api/checks/{check_id}"): MEMBER,
    ("DELETE", "/api/checks/{check_id}"): ADMIN,
    ("POST", "/api/checks/{check_id}/pause"): MEMBER,
    ("POST", "/api/checks/{check_id}/resume"): MEMBER,
    ("GET", "/api/checks/{check_id}/signals"): VIEWER,
    ("GET", "/api/checks/{check_id}/uptime"): VIEWER,
    ("GET", "/api/signals/ping/{token}"): PUBLIC,
    ("HEAD", "/api/signals/ping/{token}"): PUBLIC,
    ("POST", "/api/signals/ping/{token}"): PUBLIC,
    ("GET", "/api/signals/ping/{token}/fail"): PUBLIC,
    ("HEAD", "/api/signals/ping/{token}/fail"): PUBLIC,
    ("POST", "/api/signals/ping/{token}/fail"): PUBLIC,
    ("GET", "/api/signals/ping/{token}/start"): PUBLIC,
    ("HEAD", "/api/signals/ping/{token}/start"): PUBLIC,
    ("POST", "/api/signals/ping/{token}/start"): PUBLIC,
    ("GET", "/api/signals/ping/{token}/{exit_code}"): PUBLIC,
    ("HEAD", "/api/signals/ping/{token}/{exit_code}"): PUBLIC,
    ("POST", "/api/signals/ping/{token}/{exit_code}"): PUBLIC,
    ("GET", "/api/incidents"): VIEWER,
    ("GET", "/api/incidents/{incident_id}"): VIEWER,
    ("POST", "/api/incidents/{incident_id}/acknowledge"): MEMBER,
    ("POST", "/api/incidents/{incident_id}/resolve"): MEMBER,
    ("POST", "/api/incidents/{incident_id}/notes"): MEMBER,
    ("GET", "/api/incidents/{incident_id}/events"): VIEWER,
    ("GET", "/api/alert-channels"): VIEWER,
    ("POST", "/api/alert-channels"): MEMBER,
    ("GET", "/api/alert-channels/{channel_id}"): VIEWER,
    ("PATCH", "/api/alert-channels/{channel_id}"): MEMBER,
    ("DELETE", "/api/alert-channels/{channel_id}"): MEMBER,
    ("POST", "/api/alert-channels/{channel_id}/rotate-secret"): MEMBER,
    ("POST", "/api/alert-channels/{channel_id}/test"): MEMBER,
    ("GET", "/api/v1/components"): VIEWER,
    ("POST", "/api/v1/components"): MEMBER,
    ("GET", "/api/v1/components/{component_id}"): VIEWER,
    ("PATCH", "/api/v1/components/{component_id}"): MEMBER,
    ("DELETE", "/api/v1/components/{component_id}"): ADMIN,
    ("GET", "/api/v1/environments"): VIEWER,
    ("POST", "/api/v1/environments"): MEMBER,
    ("GET", "/api/v1/environments/{environment_id}"): VIEWER,
    ("PATCH", "/api/v1/environments/{environment_id}"): MEMBER,
    ("DELETE", "/api/v1/environments/{environment_id}"): ADMIN,
    ("GET", "/api/v1/deployments"): VIEWER,
    ("GET", "/api/v1/deployments/matrix"): VIEWER,
    ("GET", "/api/v1/deployments/latest"): VIEWER,
    ("GET", "/api/v1/deployments/metrics"): VIEWER,
    ("GET", "/api/v1/deployments/can-deploy"): VIEWER,
    ("POST", "/api/v1/deployments"): DEPLOYER,
    ("GET", "/api/v1/deployments/{deployment_id}"): VIEWER,
    ("PATCH", "/api/v1/deployments/{deployment_id}"): DEPLOYER,
    ("GET", "/api/v1/deployments/{deployment_id}/events"): VIEWER,
    ("GET", "/v1/applications"): VIEWER,
    ("POST", "/v1/applications"): MEMBER,
    ("GET", "/v1/applications/{application_id}"): VIEWER,
    ("PATCH", "/v1/applications/{application_id}"): MEMBER,
    ("DELETE", "/v1/applications/{application_id}"): ADMIN,
    ("GET", "/v1/applications/{application_id}/deployments"): VIEWER,
    ("POST", "/v1/applications/{application_id}/deployments"): DEPLOYER,
    ("GET", "/v1/applications/{application_id}/deployments/{deployment_id}"): VIEWER,
    # Or a callback token of this deployment: see `callbacks`.
    ("PATCH", "/v1/applications/{application_id}/deployments/{deployment_id}"): DEPLOYER,
    ("POST", "/v1/applications/{application_id}/deployments/{deployment_id}/cancel"): DEPLOYER,
    ("GET", "/api/v1/hooks"): VIEWER,
    ("POST", "/api/v1/hooks"): MEMBER,
    ("GET", "/api/v1/hooks/{hook_id}"): VIEWER,
    ("PATCH", "/api/v1/hooks/{hook_id}"): MEMBER,
    ("DELETE", "/api/v1/hooks/{hook_id}"): MEMBER,
    ("POST", "/api/v1/hooks/{hook_id}/rotate-secret"): MEMBER,
    ("GET", "/api/v1/hooks/{hook_id}/deliveries"): VIEWER,
    ("POST", "/api/v1/hooks/{hook_id}/deliveries/{delivery_id}/replay"): MEMBER,
    ("GET", "/api/dependencies"): VIEWER,
    ("POST", "/api/dependencies"): MEMBER,
    ("GET", "/api/dependencies/{dependency_id}"): VIEWER,
    ("PATCH", "/api/dependencies/{dependency_id}"): MEMBER,
    ("DELETE", "/api/dependencies/{dependency_id}"): ADMIN,
    ("GET", "/api/deployments"): VIEWER,
    ("POST", "/api/deployments"): DEPLOYER,
    ("GET", "/api/deployments/{deployment_id}"): VIEWER,
    ("PUT", "/api/deployments/{deployment_id}/end"): DEPLOYER,
    ("GET", "/api/maintenance-windows"): VIEWER,
    ("POST", "/api/maintenance-windows"): MEMBER,
    ("GET", "/api/maintenance-windows/preview"): VIEWER,
    ("GET", "/api/maintenance-windows/{window_id}"): VIEWER,
    ("PUT", "/api/maintenance-windows/{window_id}"): MEMBER,
    ("POST", "/api/maintenance-windows/{window_id}/cancel"): MEMBER,
    ("DELETE", "/api/maintenance-windows/{window_id}"): MEMBER,
    ("GET", "/api/status-pages"): VIEWER,
    ("POST", "/api/status-pages"): MEMBER,
    ("GET", "/api/status-pages/check-slug"): VIEWER,
    ("GET", "/api/status-pages/{page_id}"): VIEWER,
    ("PATCH", "/api/status-pages/{page_id}"): MEMBER,
    ("DELETE", "/api/status-pages/{page_id}"): ADMIN,
    ("POST", "/api/status-pages/{page_id}/verify-domain"): MEMBER,
    ("POST", "/api/status-pages/{page_id}/feed-token"): MEMBER,
    ("DELETE", "/api/status-pages/{page_id}/feed-token"): MEMBER,
    ("GET", "/api/status-pages/{page_id}/components"): VIEWER,
    ("POST", "/api/status-pages/{page_id}/components"): MEMBER,
    ("PATCH", "/api/status-pages/{page_id}/components/reorder"): MEMBER,
    ("PATCH", "/api/status-pages/{page_id}/components/{component_id}"): MEMBER,
    ("DELETE", "/api/status-pages/{page_id}/components/{component_id}"): MEMBER,
    ("GET", "/api/status-pages/{page_id}/subscribers"): MEMBER,
    ("DELETE", "/api/status-pages/{page_id}/subscribers/{subscriber_id}"): MEMBER,
    ("GET", "/api/status-pages/{page_id}/announcements"): VIEWER,
    ("POST", "/api/status-pages/{page_id}/announcements"): MEMBER,
    ("GET", "/api/status-pages/{page_id}/announcements/{announcement_id}"): VIEWER,
    ("PATCH", "/api/status-pages/{page_id}/announcements/{announcement_id}"): MEMBER,
    ("DELETE", "/api/status-pages/{page_id}/announcements/{announcement_id}"): MEMBER,
    ("POST", "/api/status-pages/{page_id}/announcements/{announcement_id}/updates"): MEMBER,
}

# Who may read them is for the page to say: `use_cases.public_pages` is the gate.
GATED: dict[tuple[str, str], Role | None] = {
    ("POST", "/api/public/status/{slug}/auth"): PUBLIC,
    ("POST", "/api/public/status/{slug}/subscribe"): PUBLIC,
    ("POST", "/domains/{host}/data/subscribe"): PUBLIC,
    ("GET", "/api/public/status/{path:path}"): PUBLIC,
    ("HEAD", "/api/public/status/{path:path}"): PUBLIC,
    ("GET", "/status/{path:path}"): PUBLIC,
    ("HEAD", "/status/{path:path}"): PUBLIC,
    ("POST", "/domains/{host}/data/auth"): PUBLIC,
    ("GET", "/domains/{path:path}"): PUBLIC,
    ("HEAD", "/domains/{path:path}"): PUBLIC,
}
ACCESS |= GATED

# Whoever has the link of a mail may do what it says, whatever has become of the page.
LINKED: dict[tuple[str, str], Role | None] = {
    (method, "/api/public/subscriptions/{purpose}/{token}"): PUBLIC for method in ("GET", "HEAD", "POST")
}
ACCESS |= LINKED

# What a CI token opens, whatever its role: these paths and all below them.
READ_BY_JOBS = (
    "/api/v1/ci-identity",
    "/api/v1/components",
    "/api/v1/environments",
    "/api/v1/deployments",
    "/api/deployments",
    "/v1/applications",
)
WRITTEN_BY_JOBS = ("/api/v1/deployments", "/api/deployments", "/v1/applications")


def is_for_jobs(method: str, path: str) -> bool:
    """Whether a CI token opens the route, if its role does."""
    return f"{path}/".startswith(
        tuple(f"{each}/" for each in (READ_BY_JOBS if method in ("GET", "HEAD") else WRITTEN_BY_JOBS))
    )


# The signature is the credential: `lull.domain.webhook_signatures` judges each request by what its hook wants.
SIGNED: dict[tuple[str, str], Role | None] = {("POST", "/hooks/{hook_id}"): PUBLIC}
ACCESS |= SIGNED
