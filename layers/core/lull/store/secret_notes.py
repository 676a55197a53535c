"""Notes of secrets in the table, due until somebody has looked at the secret: one for each, with the latest moment."""

from lull.domain.errors import StaleWrite
from lull.domain.secret_notes import SecretNote
from lull.store import keys, table
from lull.store.codec import Codec, Item

KIND = "secret"

_codec = Codec(SecretNote)


def get_secret_note(workspace_id: int, note_id: str) -> SecretNote | None:
    item = table.get(keys.secret_note(workspace_id, note_id))
    return _codec.decode(item) if item else None


def write_secret_note(note: SecretNote) -> None:
    """Make a note, or move the one that there is to a later moment."""
    attributes: Item = {"body": _codec.body(note), **{name: {"S": value} for name, value in _due(note).items()}}
    condition = "attribute_not_exists(PK) OR DueSK <= :due"
    try:
        table.write(table.put(_key(note), attributes, condition=condition, values={":due": attributes["DueSK"]}))
    except table.ConditionFailed:
        # Somebody looks later still.
        return


def delete_secret_note(note: SecretNote) -> None:
    """Raises StaleWrite if it was moved since it was read, or is gone."""
    read: Item = {":read": {"S": _due(note)["DueSK"]}}
    try:
        table.write(table.delete(_key(note), condition="DueSK = :read", values=read))
    except table.ConditionFailed as refused:
        raise StaleWrite("note") from refused


def _due(note: SecretNote) -> dict[str, str]:
    return keys.due(note.due_at, KIND, note.workspace_id, note.id)


def _key(note: SecretNote) -> keys.Key:
    return keys.secret_note(note.workspace_id, note.id)
