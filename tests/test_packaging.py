"""What a user installs: light to import, whole, typed, and of one version. Witness: the interpreter and the wheel."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

from pnst.io.write import write_study
from scenes import Scene

SCENE = Scene(radius=9, halo=5, limb=24, reach=34, spacing=(1.3, 1.5, 3.0))
ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "pnst"
HEAVY = (
    "matplotlib",
    "pandas",
    "highdicom",
    "pydicom",
    "nibabel",
    "sklearn",
    "scipy",
    "skimage",
    "SimpleITK",
    "jinja2",
)
MODULES = sorted(
    ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if path.name != "__main__.py"
)


def python(code: str, *arguments: str) -> str:
    """What a fresh interpreter prints; its warnings are errors."""
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def loaded_after(code: str, *arguments: str) -> set[str]:
    """The names of all modules that are loaded once the code has run."""
    return set(json.loads(python(f"{code}\nimport json, sys; print(json.dumps(list(sys.modules)))", *arguments)))


def test_importing_pnst_is_light():
    """Not even NumPy: `pnst --version` and a type checker's import cost nothing."""
    assert not loaded_after("import pnst") & {*HEAVY, "numpy", "pydantic", "typer", "rich"}


def test_help_is_light():
    run = """
import contextlib, io, sys
sys.argv = ["pnst", "--help"]
from pnst.cli import main
with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
    main()
assert "run" in out.getvalue()"""
    assert not loaded_after(run) & set(HEAVY)


def test_the_test_for_lightness_can_say_no():
    assert "nibabel" in loaded_after("import pnst, nibabel")


ALONE = """
import importlib, sys, traceback
for module in sys.argv[1:]:
    for name in [name for name in sys.modules if name.split(".")[0] == "pnst"]:
        del sys.modules[name]
    try:
        importlib.import_module(module)
    except BaseException:
        print(module, traceback.format_exc())
"""


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_each_module_imports_alone(every):
    """No hidden order of imports, no circle, no warning, nothing printed: each first of all pnst modules."""
    assert len(MODULES) > 250
    assert python(ALONE, *MODULES[::every]) == ""


def test_the_test_for_importing_alone_can_say_no(tmp_path):
    """A circle that only one of its two ends survives."""
    (tmp_path / "pnst").mkdir()
    (tmp_path / "pnst" / "__init__.py").touch()
    (tmp_path / "pnst" / "a.py").write_text("from pnst.b import late\nx = 1\n")
    (tmp_path / "pnst" / "b.py").write_text("late = 1\nfrom pnst.a import x\n")
    said = python(f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{ALONE}", "pnst.a", "pnst.b")
    assert said.startswith("pnst.a Traceback")
    assert said.count("Traceback") == 1


def test_importing_is_quiet_and_changes_nothing():
    """No environment variable, no logging handler, no file."""
    code = """
import logging, os, pathlib
before = dict(os.environ), list(logging.root.handlers), sorted(pathlib.Path().iterdir())
import pnst
after = dict(os.environ), list(logging.root.handlers), sorted(pathlib.Path().iterdir())
assert before == after, "importing pnst changed its surroundings"
"""
    python(code)


def test_every_public_name_is_there():
    """`__all__`, `dir` and attribute access agree, and a wrong name is an AttributeError that names it."""
    code = """
import pnst
assert set(pnst.__all__) <= set(dir(pnst))
assert all(getattr(pnst, name) is not None for name in pnst.__all__)
for name in ("segment", "run_cohort", "align", "correct_bias"):
    assert name in pnst.__all__ or not hasattr(pnst, name), f"{name} is a stub or undeclared"
try:
    pnst.nonsense
except AttributeError as error:
    assert "nonsense" in str(error)
else:
    raise AssertionError("pnst.nonsense exists")
"""
    python(code)


def test_every_name_of_the_workflow_is_there_and_none_is_imported_before():
    """The list of names, their homes and attribute access agree; looking into a folder waits for no measurement."""
    code = """
import sys
from pnst import workflow
assert "pnst.measurement.settings" not in sys.modules and "numpy" not in sys.modules
assert set(workflow.__all__) <= set(workflow._HOMES)
assert all(getattr(workflow, name) is not None for name in workflow._HOMES)
try:
    workflow.nonsense
except AttributeError as error:
    assert "nonsense" in str(error)
else:
    raise AssertionError("workflow.nonsense exists")
"""
    python(code)


def test_one_version():
    """The installed metadata, the command, the changelog and the citation say the same."""
    installed = version("pnst")
    command = [sys.executable, "-m", "pnst", "--version"]
    assert installed in subprocess.run(command, capture_output=True, text=True, check=True).stdout
    newest = re.search(r"^## \[?(\d[^\]\s]*)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == installed
    assert f"version: {installed}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


@pytest.mark.parametrize("data", ["small", pytest.param("samples", marks=pytest.mark.slow)])
def test_the_readme_examples_run_and_agree(tmp_path, data):
    """As a reader would paste them, beside the sample data: the main job, then its stages one by one. In every run a
    small study stands in for the larger sample."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    main_job, from_a_line, stages = blocks
    if data == "samples":
        (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    else:
        write_study(SCENE.study(), tmp_path / "sample_data" / "malignant_dicom", "dicom", [SCENE.lesion()])
        (tmp_path / "sample_data" / "benign_nifti").symlink_to(ROOT / "sample_data" / "benign_nifti")
    same = (
        "assert m.columns() == case.measurements[0].columns()\nassert a.probability == case.assessments[0].probability"
    )
    python(f"import os, sys; os.chdir(sys.argv[1])\n{main_job}\n{from_a_line}\n{stages}\n{same}", str(tmp_path))
    assert "not a medical device" in (tmp_path / "results" / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run([sys.executable, "-m", "build", *options], check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    """Every file of src/pnst (py.typed, figures, templates included), and no tests or data."""
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
        licences = [name for name in archive.namelist() if name.endswith("licenses/LICENSE")]
    files = {
        f"pnst/{path.relative_to(PACKAGE).as_posix()}"
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert inside == files
    assert "pnst/py.typed" in inside
    assert any(name.endswith(".csv") for name in inside)
    assert any(name.endswith(".j2") for name in inside)
    assert licences


def test_the_wheel_is_for_every_platform(wheel):
    assert wheel.name.endswith("py3-none-any.whl")


LOCKS = ("build", "dev", "runtime")


def locked(name: str) -> dict[str, str]:
    """Package → the version and marker that a lock names."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^\\\n]+?) *\\?$", text, re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_place_and_hashes_everything(name):
    """No index host, no file path: a lock installs from whichever index its user has."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links|(^|\s)/", text, re.MULTILINE)
    packages = re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(packages) == len(locked(name)) > 5
    assert all("--hash=sha256:" in package for package in packages)


def test_the_locks_agree():
    """What is tested (dev) is what is installed (runtime, build)."""
    dev = locked("dev")
    for name in ("runtime", "build"):
        for package, pin in locked(name).items():
            if "sys_platform" not in pin and "sys_platform" not in dev.get(package, ""):
                assert dev.get(package) == pin, package


def test_the_runtime_lock_holds_every_dependency():
    """Invariant: what the metadata asks for is pinned."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[<>=!~\[ ]", requirement)[0].lower() for requirement in project["dependencies"]}
    assert names <= locked("runtime").keys()


def test_the_version_is_that_of_the_installed_package_and_costs_nothing_to_ask_for():
    code = "import pnst, sys; print(pnst.__version__, *sorted({name.split('.')[0] for name in sys.modules}))"
    found, *modules = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert found == version("pnst")
    assert not set(HEAVY) & set(modules)
