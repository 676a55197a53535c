"""Which pages a change touches."""

from collections.abc import Collection, Iterable


def pages(changed: Collection[tuple[str, int]], shown: Iterable[tuple[str, int, int]]) -> set[int]:
    """The ids of the pages that show one of the changed sources.

    >>> pages({("check", 10)}, [("check", 10, 1), ("project", 10, 2)])
    {1}
    """
    return {page_id for source, source_id, page_id in shown if (source, source_id) in changed}
