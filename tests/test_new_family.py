"""A new family of measurements reaches every output from the files that CONTRIBUTING names, and no other.

Witness: a family that is added to a copy of the package, and looked for in what the copy writes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FAMILY = '''"""How much longer than thick a lesion is."""

from __future__ import annotations

from dataclasses import dataclass

from pnst.measurement.context import Context
from pnst.measurement.family import Family, Outcome


@dataclass(frozen=True, kw_only=True)
class Elongation(Family):
    """Major ÷ least axis of the equal-moment ellipsoid."""

    axis_ratio: float
    elongated: bool
    elongated_threshold: float


def measure_elongation(context: Context) -> Outcome:
    """Of the lesion's surface."""
    axes, threshold = context.lesion.mesh.axes[0], context.settings.elongation.min_ratio
    ratio = float(axes[0] / axes[2])
    return Outcome(Elongation(axis_ratio=ratio, elongated=ratio >= threshold, elongated_threshold=threshold))
'''
SETTINGS = '''

class ElongationSettings(StageSettings):
    """How long a lesion is."""

    min_ratio: float = Field(1.5, ge=1)
    """Elongated from this ratio of the axes on."""
'''
EDITS = {
    "measurement/measurements.py": [
        (
            "from pnst.measurement.families.enhancement import",
            "from pnst.measurement.families.elongation import Elongation\n"
            "from pnst.measurement.families.enhancement import",
        ),
        (
            "    heterogeneity: Heterogeneity | None = None\n",
            "    heterogeneity: Heterogeneity | None = None\n    elongation: Elongation | None = None\n",
        ),
    ],
    "measurement/settings.py": [
        ("\n\nclass MeasureSettings", SETTINGS + "\n\nclass MeasureSettings"),
        (
            "    target: TargetSettings =",
            "    elongation: ElongationSettings = Field(default_factory=ElongationSettings)\n"
            "    target: TargetSettings =",
        ),
    ],
    "reporting/vocabulary.py": [
        (
            "FAMILIES = {\n",
            'FAMILIES = {\n    "elongation": Words("Longness", "How long it is.", (KeyColumn("axis_ratio"),)),\n',
        ),
    ],
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the package that has one family more, and the outputs of a run of it."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "src" / "pnst", folder / "pnst", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "pnst" / "measurement" / "families" / "elongation.py").write_text(FAMILY, encoding="utf-8")
    for name, edits in EDITS.items():
        file = folder / "pnst" / name
        text = file.read_text(encoding="utf-8")
        for old, new in edits:
            assert text.count(old) == 1, (name, old)
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
    (folder / "few.toml").write_text("[measure.uncertainty]\nrepetitions = 2\n", encoding="utf-8")
    words = ("--settings", "few.toml", "--role", "t1_post=none", "--role", "dwi=none", "--out", "out")
    call(folder, "-m", "pnst", "run", str(ROOT / "sample_data" / "benign_nifti"), *words)
    return folder


def call(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, *arguments]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_family_is_measured_with_an_interval(house):
    (lesion,) = json.loads((house / "out" / "measurements.json").read_text())["lesions"]
    elongation, size = lesion["elongation"], lesion["size"]
    assert elongation["axis_ratio"] == pytest.approx(size["major_axis_mm"] / size["least_axis_mm"])
    low, high = elongation["axis_ratio_interval"]
    assert low <= elongation["axis_ratio"] <= high


def test_the_family_stands_in_the_table_the_settings_and_the_page(house):
    assert ",elongation.axis_ratio," in (house / "out" / "measurements.csv").read_text().splitlines()[0]
    settings = tomllib.loads((house / "out" / "settings.toml").read_text())
    assert settings["measure"]["elongation"] == {"min_ratio": 1.5}
    page = (house / "out" / "report.html").read_text()
    assert "Longness" in page
    assert "min_ratio" in page


def test_the_family_stands_in_the_schema_and_can_be_overridden_and_assessed(house):
    code = (
        "from pnst.io.schema import measurements_schema as s;"
        "from pnst.measurement.overrides import check_overrides;"
        "from pnst.evidence.columns import known_columns;"
        "check_overrides({'elongation.elongated': True});"
        "assert 'elongation.axis_ratio' in known_columns();"
        "print(s()['properties']['lesions']['items']['properties']['elongation']['required'])"
    )
    assert call(house, "-c", code).strip() == "['axis_ratio', 'elongated', 'elongated_threshold']"
    scored = call(house, "-m", "pnst", "assess", "out/measurements.json")
    assert json.loads(scored) == json.loads((house / "out" / "assessment.json").read_text())


def test_the_family_stands_in_the_tables_of_the_documentation(house):
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'docs')!r}); import generated as made;"
        "print(made.columns_table(), made.SETTINGS)"
    )
    printed = call(house, "-c", code)
    assert "axis_ratio" in printed
    assert "ElongationSettings" in printed


def test_without_its_field_nothing_is_measured(house):
    """The predicate says no: a family that `Measurements` does not name is not there."""
    code = "from pnst.measurement.measurements import FAMILY_TYPES as f; print('roundness' in f, 'elongation' in f)"
    assert call(house, "-c", code).split() == ["False", "True"]
