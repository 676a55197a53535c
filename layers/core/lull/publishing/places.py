"""Where in the bucket the files of a page are. The gate knows this and no renderer."""


def bucket_key(path: str, page_id: int, *, public: bool) -> str:
    """Where the file of a public path is. What is protected is found by the page's id: a slug may get another owner.

    >>> bucket_key("status/acme", 7, public=False)
    '_protected/7/status/acme'
    """
    return path if public else f"_protected/{page_id}/{path}"
