"""Workspaces and projects: who owns what."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    id: int
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    id: int
    workspace_id: int
    name: str
    created_at: datetime
    revision: int = 0
