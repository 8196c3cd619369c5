"""One case to be made, the key that it is made under, and what became of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pnst.cohort.content import code_digest
from pnst.errors import PnstError

SAFE = re.compile(r"(?!.*\.(csv|parquet|html)$)[a-z0-9][a-z0-9_.-]{0,63}", re.IGNORECASE)
"""Names that can be folders beside a cohort's tables and its page."""

Row = Mapping[str, Any]
"""Column → plain value."""

Work = Callable[[Any, Path], Row]
"""Makes one case from its order in an empty folder, and gives its row; a function that can be imported."""


@dataclass(frozen=True)
class Task:
    """One case to be made."""

    name: str
    """Its folder below the output folder."""
    order: Any
    """What the work is told; plain values that JSON can hold."""
    identity: Any = None
    """What of the order decides the result, where that is not all of it: not where the data lie on this machine."""
    inputs: tuple[Path, ...] = ()
    """The files and folders that the work reads."""

    def key(self, work: Work) -> str:
        """SHA-256 of all that the result depends on but the inputs: the work, its order and the code."""
        decides = self.order if self.identity is None else self.identity
        made_by = [f"{work.__module__}.{work.__qualname__}", code_digest(), decides]
        return hashlib.sha256(json.dumps(made_by, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class TaskOutcome:
    """What became of one task."""

    task: Task
    state: Literal["made", "kept", "failed"]
    row: Row | None = None
    error: PnstError | None = None
    stage: str = ""
    """Of one that failed: what was being done."""


Watch = Callable[[TaskOutcome], None]
