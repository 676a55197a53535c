"""Looking after secrets: each that was noted is removed in the end, unless its application names it."""

from datetime import datetime

from lull.domain.secret_notes import LOOK_AFTER, SecretNote
from lull.gateways import secrets as vault
from lull.observability import logger
from lull.store import applications
from lull.store import secret_notes as store
from lull.use_cases.retrying import on_stale_write


def note(workspace_id: int, application_id: str, secret_name: str | None, *, at: datetime) -> None:
    """Have somebody look at this secret in an hour, whatever becomes of whoever asks. Nothing, if it is none."""
    if secret_name is None:
        return
    store.write_secret_note(
        SecretNote(
            workspace_id=workspace_id,
            application_id=application_id,
            secret_name=secret_name,
            due_at=at + LOOK_AFTER,
        )
    )


def advance(workspace_id: int, note_id: str, *, at: datetime) -> None:
    """Remove a secret that nobody names, and with it the note. The secret goes first: the note knows its name."""

    def look() -> None:
        noted = store.get_secret_note(workspace_id, note_id)
        if noted is None or at < noted.due_at:
            return
        application = applications.get_application(workspace_id, noted.application_id)
        if application is None or application.secret_name != noted.secret_name:
            vault.delete(noted.secret_name)
            logger.info("secret that no application names removed", extra={"application_id": noted.application_id})
        store.delete_secret_note(noted)

    on_stale_write(look)
