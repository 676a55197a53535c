"""Who may call what: every route of the management API and the least role it takes.

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
    ("GET", "/api/signals/ping/{token}"): PUBLIC,
    ("HEAD", "/api/signals/ping/{token}"): PUBLIC,
    ("POST", "/api/signals/ping/{token}"): PUBLIC,
    ("GET", "/api/signals/ping/{token}/fail"): PUBLIC,
    ("HEAD", "/api/signals/ping/{token}/fail"): PUBLIC,
    ("POST", "/api/signals/ping/{token}/fail"): PUBLIC,
    ("GET", "/api/dependencies"): VIEWER,
    ("POST", "/api/dependencies"): MEMBER,
    ("GET", "/api/dependencies/{dependency_id}"): VIEWER,
    ("PATCH", "/api/dependencies/{dependency_id}"): MEMBER,
    ("DELETE", "/api/dependencies/{dependency_id}"): ADMIN,
    ("GET", "/api/deployments"): VIEWER,
    ("POST", "/api/deployments"): DEPLOYER,
    ("GET", "/api/deployments/{deployment_id}"): VIEWER,
    ("PUT", "/api/deployments/{deployment_id}/end"): DEPLOYER,
    ("GET", "/api/status-pages"): VIEWER,
    ("POST", "/api/status-pages"): MEMBER,
    ("GET", "/api/status-pages/check-slug"): VIEWER,
    ("GET", "/api/status-pages/{page_id}"): VIEWER,
    ("PATCH", "/api/status-pages/{page_id}"): MEMBER,
    ("DELETE", "/api/status-pages/{page_id}"): ADMIN,
    ("GET", "/api/status-pages/{page_id}/components"): VIEWER,
    ("POST", "/api/status-pages/{page_id}/components"): MEMBER,
    ("PATCH", "/api/status-pages/{page_id}/components/reorder"): MEMBER,
    ("PATCH", "/api/status-pages/{page_id}/components/{component_id}"): MEMBER,
    ("DELETE", "/api/status-pages/{page_id}/components/{component_id}"): MEMBER,
}
