"""Dependencies: what the services of a workspace rely on."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Category(StrEnum):
    DATABASE = "DATABASE"
    CACHE = "CACHE"
    API = "API"
    QUEUE = "QUEUE"
    STORAGE = "STORAGE"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    id: int
    workspace_id: int
    name: str
    description: str | None = None
    category: Category = Category.OTHER
    url: str | None = None
    created_at: datetime
    revision: int = 0
