"""Every process finds the same tests under the same names, or pytest-xdist's workers could not share the suite.

Witness: a collection here and now, and one elsewhere, which shares neither clock, time zone, hash seed, working folder
nor the order in which folders list their files.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 200
NOT_PLAIN = re.compile(
    "|".join(["0x[0-9a-f]{6,}", r"\\x[01][0-9a-f]", re.escape(str(ROOT)), re.escape(tempfile.gettempdir() + os.sep)])
)
"""An object's address, bytes that are no text, a place on this machine."""


def collected(tests: Path, folder: Path, elsewhere: bool) -> list[str]:
    """The names of what pytest, started in a folder, would run, in that order."""
    world = {"PYTHONHASHSEED": "2", "TZ": "THERE-12"} if elsewhere else {"PYTHONHASHSEED": "1", "TZ": "HERE+11"}
    world["PYTHONPATH"] = os.pathsep.join([str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")])
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    options = ["--collect-only", "-q", "-p", "no:cacheprovider", "-c", ROOT / "pyproject.toml", "--rootdir", ROOT]
    options += ["--ignore", __file__, *(["-p", "elsewhere"] if elsewhere else []), tests]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=folder,
        env=own | world,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout.partition("\n\n")[0].splitlines()


def here_and_elsewhere(tests: Path, folder: Path) -> tuple[list[str], list[str]]:
    with ThreadPoolExecutor() as pool:
        here, there = pool.map(collected, [tests, tests], [ROOT, folder], [False, True])
    return here, there


def odd(names: list[str]) -> list[str]:
    return [name for name in names if len(name) > LONGEST or NOT_PLAIN.search(name)]


@pytest.mark.slow
def test_the_suite_is_the_same_elsewhere_and_its_names_are_plain(tmp_path):
    here, there = here_and_elsewhere(ROOT / "tests", tmp_path)
    assert len(here) > 1000
    assert sorted(set(here) ^ set(there)) == []
    assert here == there
    assert odd(here) == []


CHANGING = {
    "gzip": "gzip.compress(b'', mtime=None)[7]",  # the stamp's highest byte: half a year
    "time": "time.time() // 1e8",
    "local_time": "time.localtime().tm_year",
    "moment": "datetime.datetime.now().year",
    "day": "datetime.date.today().year",
    "zone": "time.strftime('%H')",
    "hash": "''.join({*'abcdefgh'})",
    "list": "[path.name for path in Path(__file__).parent.iterdir()]",
    "scan": "[path.name for path in Path(__file__).parent.glob('*')]",
    "folder": "os.getcwd()",
    "process": "os.getpid()",
}
ODD = {
    "address": "str(object())",
    "bytes": "gzip.compress(b'', mtime=0)",
    "place": "__file__",
    "length": "pytest.param('', id=200 * 'a')",
}


def test_the_test_for_collections_can_say_no(tmp_path):
    lines = ["import datetime, gzip, os, time", "from pathlib import Path", "import pytest"]
    values = {"nothing": "'plain'", **{name: f"str({value})" for name, value in CHANGING.items()}, **ODD}
    for name, value in values.items():
        lines += [f"@pytest.mark.parametrize('value', [{value}])", f"def test_{name}(value): ..."]
    (tmp_path / "a_second_file").touch()
    file = tmp_path / "test_changing.py"
    file.write_text("\n".join(lines))
    here, there = ([name.partition("::test_")[2] for name in names] for names in here_and_elsewhere(file, tmp_path))
    differ = [one for one, other in zip(here, there, strict=True) if one != other]
    assert {name.partition("[")[0] for name in differ} - {"address"} == CHANGING.keys()
    assert {name.partition("[")[0] for name in odd(here)} - {"folder"} == ODD.keys()
