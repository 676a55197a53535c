"""Notes of secrets whose fate is being decided: they outlive the process that decides it.

A secret and the record that names it are kept in two places, and a process may die in between. Before a secret is
written, and before a record stops to name it, a note is made; once whoever made it is certainly done, the secret is
removed unless a record names it.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

LOOK_AFTER = timedelta(hours=1)
"""No request is under way for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretNote:
    workspace_id: int
    application_id: str
    secret_name: str
    due_at: datetime

    @property
    def id(self) -> str:
        """The same for each note of a secret."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, self.secret_name))
