"""What was published of each page, in the table."""

from dataclasses import replace

from lull import randomness
from lull.domain.errors import StaleWrite
from lull.domain.publications import Publication
from lull.store import keys, table
from lull.store.records import Records

_records = Records(Publication, "publication")


def get_publication(workspace_id: int, page_id: int) -> Publication | None:
    return _records.get(keys.publication(workspace_id, page_id))


def save_publication(publication: Publication) -> Publication:
    """Write the next publication of a page. Raises StaleWrite if there is another since, or no such page any more."""
    token = randomness.secret(16)
    key = keys.publication(publication.workspace_id, publication.page_id)
    write = _records.saving if publication.revision else _records.creating
    page = table.require(keys.status_page(publication.workspace_id, publication.page_id))
    try:
        table.transact([write(key, publication, token=token), page], token=token)
    except table.Cancelled as refused:
        raise StaleWrite("publication") from refused
    return replace(publication, revision=publication.revision + 1)


def delete_publication(workspace_id: int, page_id: int) -> None:
    """Of a page that is gone; nothing happens if there is none."""
    table.write(table.delete(keys.publication(workspace_id, page_id), condition=table.ANYHOW))
