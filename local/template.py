"""template.yaml as CloudFormation would see it: translated from SAM, offline."""

import copy
import os
from functools import cache
from pathlib import Path
from typing import Any

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from local.endpoint import REGION

PATH = Path(__file__).resolve().parent.parent / "template.yaml"

_LOCAL_CODE = "s3://local/"
_CODE_PROPERTIES = ("CodeUri", "ContentUri")


class _NoManagedPolicies:
    def load(self) -> dict[str, str]:
        return {}


def load(path: Path = PATH) -> dict[str, Any]:
    """The translated template; the caller may change its copy."""
    return copy.deepcopy(_translated(path, path.stat().st_mtime_ns))


def code_path(properties: dict[str, Any], root: Path) -> Path:
    """The folder a translated function's code is in."""
    return root / str(properties["Code"]["S3Key"])


@cache
def _translated(path: Path, _modified: int) -> dict[str, Any]:
    source: dict[str, Any] = yaml_parse(path.read_text())
    for resource in source["Resources"].values():
        properties = resource.get("Properties", {})
        for name in _CODE_PROPERTIES:
            # The translator accepts code in S3 only; the folder comes back out as the object's key.
            if name in properties:
                properties[name] = _LOCAL_CODE + properties[name]
    # The translator asks botocore which region's rules to apply.
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    translated: dict[str, Any] = transform(source, {}, _NoManagedPolicies())
    return translated
