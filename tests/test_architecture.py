"""The architecture is a law: import-linter keeps it on the sources, and every contract can say no on a copy."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LAYERS = "The layers of the house"
PHANTOM = "The phantom does not share the numerics that it judges"
COMMANDS = "The command line calls workflow and cohort"
DICOM = "pydicom, highdicom and nibabel live in io"
RADIOMICS = "Radiomics engines live in measurement.radiomics"
CIRCLES = "No circles inside a package"
WORKERS = "pebble lives in cohort"
FIGURES = "matplotlib and jinja2 live in reporting"
TERMINAL = "typer and rich live in cli"
CLUSTER = "Dask lives in cohort.cluster, pyarrow in the modules of tables"
WIDGETS = "NiiVue's widget lives in notebook"
HOMES = "SimpleITK and scikit-learn have one home each"
CONTRACTS = {LAYERS, CIRCLES, PHANTOM, COMMANDS, DICOM, RADIOMICS, FIGURES, TERMINAL, HOMES, WORKERS, CLUSTER, WIDGETS}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """import-linter, with the project's contracts, over the package `pnst` that lies in a folder."""
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    options = ["--config", str(ROOT / "pyproject.toml"), "--no-cache", "--no-logo"]
    return subprocess.run(
        [sys.executable, "-c", command, *options], cwd=folder, capture_output=True, text=True, check=False
    )


def broken(folder: Path) -> set[str]:
    """The contracts that are not kept; all of them must have been looked at."""
    run = lint_imports(folder)
    verdicts = dict(re.findall(r"^(.+?) (KEPT|BROKEN)", run.stdout, re.MULTILINE))
    assert verdicts.keys() == {
        LAYERS,
        CIRCLES,
        PHANTOM,
        COMMANDS,
        DICOM,
        RADIOMICS,
        FIGURES,
        TERMINAL,
        HOMES,
        WORKERS,
        CLUSTER,
        WIDGETS,
    }, run.stdout + run.stderr
    names = {name for name, verdict in verdicts.items() if verdict == "BROKEN"}
    assert (run.returncode != 0) == bool(names)
    return names


def append(folder: Path, module: str, line: str) -> None:
    stem = folder / "pnst" / module
    file = stem / "__init__.py" if stem.is_dir() else stem.with_suffix(".py")
    text = file.read_text() if file.exists() else '"""A new module."""\n'
    file.write_text(f"{text}\n{line}\n")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder with a copy of the package, to be spoilt."""
    shutil.copytree(ROOT / "src" / "pnst", tmp_path / "pnst", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_every_contract_is_kept():
    assert broken(ROOT / "src") == set()


@pytest.mark.parametrize(
    ("module", "line", "contracts"),
    [
        ("kernels/mesh", "import pnst.io.nifti.read", {LAYERS}),
        ("kernels/mesh", "def late() -> None:\n    from pnst.image import Grid", {LAYERS}),
        ("errors", "import pnst.kernels.mesh", {LAYERS}),
        ("study", "import pnst.measurement.families.size", {LAYERS}),
        ("evidence/__init__", "import pnst.classification", {LAYERS}),
        ("reporting/__init__", "import pnst.io.nifti.read", {LAYERS}),
        ("io/nifti/read", "import pnst.reporting", {LAYERS}),
        ("io/nifti/read", "import pnst.workflow", {LAYERS}),
        ("phantom/__init__", "import pnst.kernels.mesh", {PHANTOM}),
        ("phantom/__init__", "from pnst import kernels", {PHANTOM}),
        ("cli/terminal", "import pnst.io.results", {COMMANDS}),
        ("cli/commands", "def late() -> None:\n    from pnst.reporting.summary import summarise", {COMMANDS}),
        ("cli/arguments", "from pnst.phantom.presets import PRESETS", {COMMANDS}),
        ("cohort/run", "import pnst.cli", {LAYERS}),
        ("workflow", "import pnst.cohort.run", {LAYERS}),
        ("measurement/families/size", "import pydicom", {DICOM}),
        ("reporting/__init__", "from nibabel import load", {DICOM}),
        ("workflow", "import highdicom.seg", {DICOM}),
        ("io/nifti/read", "from matplotlib.figure import Figure", {FIGURES}),
        ("cli", "import jinja2", {FIGURES}),
        ("workflow", "import typer", {TERMINAL}),
        ("cohort/run", "import distributed", {CLUSTER}),
        ("cohort/tables", "from pyarrow import parquet", {CLUSTER}),
        ("io/nifti/read", "from rich.progress import track", {TERMINAL}),
        ("measurement/families/size", "from sklearn.decomposition import PCA", {HOMES}),
        ("segmentation/__init__", "import SimpleITK", {HOMES}),
        ("measurement/families/size", "from zrad.radiomics import Radiomics", {RADIOMICS}),
        ("io/nifti/read", "import SimpleITK", {HOMES}),
        ("workflow", "import pebble", {WORKERS}),
        ("plot/growth_curve", "from ipyniivue import NiiVue", {WIDGETS}),
        ("reporting/report", "import pnst.notebook.view", {LAYERS}),
        ("reporting/__init__", "import matplotlib", {FIGURES}),  # importing a package must stay light
    ],
)
def test_a_forbidden_import_breaks_its_contract_and_no_other(house, module, line, contracts):
    append(house, module, line)
    assert broken(house) == contracts


def test_an_import_in_its_own_home_is_allowed(house):
    for module, line in (
        ("io/nifti/read", "import pydicom"),
        ("reporting/figures", "import matplotlib"),
        ("cli", "import rich"),
        ("classification/training/trained", "import sklearn"),
        ("cohort/workers", "from pebble import ProcessPool"),
        ("notebook/layers", "from ipyniivue import NiiVue"),
        ("phantom/__init__", "import pnst.study"),  # which itself stands on the kernels
    ):
        append(house, module, line)
    assert broken(house) == set()


def test_a_module_outside_the_layers_is_refused(house):
    """No `pnst.utils` can grow beside the contract."""
    (house / "pnst" / "utils.py").write_text('"""A missing noun."""\n')
    run = lint_imports(house)
    assert run.returncode != 0
    assert "utils" in run.stdout


def test_what_every_command_starts_with_brings_in_nothing_heavy():
    """A library is imported where it is first needed: a folder is scored, or a cohort resumed, without it."""
    heavy = "scipy pandas matplotlib sklearn skimage SimpleITK pydicom nibabel highdicom"
    script = (
        "import sys, pnst.cli.entry, pnst.workflow, pnst.cohort; "
        f"print([name for name in '{heavy}'.split() if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "[]"


def test_no_module_is_a_missing_noun():
    """The names that STYLE forbids."""
    names = {path.stem for path in (ROOT / "src").rglob("*.py")}
    assert not names & {"utils", "util", "helpers", "common", "misc"}


def test_no_path_is_asked_in_a_way_that_fails():
    """`Path.exists` and its kin raise OSError for names that no file can have, `os.path` says no: until Python 3.14."""
    asked = re.compile(r"(?<!os\.path)\.(?:exists|is_dir|is_file|is_symlink)\(\)")
    found = {path.name for path in (ROOT / "src").rglob("*.py") if asked.search(path.read_text(encoding="utf-8"))}
    assert found == {"atomic.py"}, "there the reason is wanted"
