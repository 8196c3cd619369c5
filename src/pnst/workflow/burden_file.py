"""burden.json: what the lesions of one study come to, kept beside what it was made from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from os.path import lexists
from pathlib import Path
from typing import TYPE_CHECKING

from pnst.classification.burden import Burden
from pnst.errors import InputError

if TYPE_CHECKING:
    from pnst.classification.assessment import Assessment


def burden_text(burden: Burden) -> str:
    """burden.json."""
    from pnst.io.results import SCHEMA_VERSION

    content = {"schema_version": SCHEMA_VERSION, **burden.to_dict()}
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)


def saved_burden(results: Path) -> Burden | None:
    """What an earlier run left in its folder; None where it had one lesion. Raises `InputError` for a damaged one."""
    from pnst.io.json_file import JsonError, read_json
    from pnst.io.results import BURDEN, MAX_BYTES, SCHEMA_VERSION

    file = results / BURDEN
    if not lexists(file):
        return None
    try:
        content = read_json(file, MAX_BYTES)
        if content["schema_version"] != SCHEMA_VERSION:
            raise ValueError(f"schema_version {str(content['schema_version'])[:20]}")
        return Burden.from_dict(content)
    except (JsonError, TypeError, KeyError, ValueError) as error:
        raise _unreadable(str(error) or type(error).__name__) from error


def rescored_burden(results: Path, assessments: Sequence[Assessment]) -> Burden | None:
    """The burden of an earlier run's folder with these assessments of its lesions; None where there is none."""
    old = saved_burden(results)
    try:
        return None if old is None else old.rescored(assessments)
    except ValueError as error:
        raise _unreadable(str(error)) from error


def _unreadable(got: str) -> InputError:
    return InputError(
        "cannot read 'burden.json'",
        got=got,
        expected="the burden.json that belongs to measurements.json, of this version of pnst",
        remedy="make both again with pnst run or pnst measure",
    )
