"""The limit on memory. Witness: a process of its own that has one. (A case beyond it: `test_run.py`.)"""

from __future__ import annotations

import subprocess
import sys

import pytest

TAKE = "from pnst.cohort.memory import limit_memory; limit_memory({}); x = bytearray(1 << 30); print(len(x))"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a limit on the address space")
@pytest.mark.parametrize(("limit", "suffices"), [("None", True), ("4000", True), ("600", False)])
def test_memory_within_the_limit_and_beyond(limit, suffices):
    taken = subprocess.run([sys.executable, "-c", TAKE.format(limit)], capture_output=True, text=True, check=False)
    assert (taken.returncode == 0) is suffices
    assert ("MemoryError" in taken.stderr) is not suffices
