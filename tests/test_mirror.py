"""Tests stand where their module stands: `src/pnst/a/b.py` has `tests/a/test_b.py`, and that tests nothing else.

Witness: the two trees, less what is named here with a reason; and trees made wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SRC, TESTS = ROOT / "src" / "pnst", ROOT / "tests"

WITHOUT_TEST = {
    "typing.py": "aliases of array types: nothing that runs",
    "io/dicom/frame.py": "types alone: what a header says; every reader's test reads them",
    "classification/prediction.py": "types alone: what a model answers; every model's test reads them",
    "classification/evaluation/evaluation.py": "types alone: test_evaluate reads every field",
    "classification/evidence_model/observed.py": "types alone: every likelihood's test reads them",
    "classification/evidence_model/parameters.py": "types alone: test_draws and test_value_draws read them",
    "classification/evidence_model/sign_draws.py": "test_draws holds its draws against the rows",
    "classification/evidence_model/subsets.py": "test_likelihood_subsets and test_shapley hold every subset",
    "classification/explained_parameters.py": "words alone: test_explanation reads them",
    "classification/findings.py": "types alone: test_shapley and test_assess read them",
    "classification/intradural/likelihood.py": "test_model holds its ratios against the rows",
    "classification/intradural/observation.py": "test_model reads every column",
    "classification/matching/matched.py": "types alone: test_match reads every field",
    "classification/metrics/roc_curve.py": "test_roc holds the curve against scikit-learn",
    "classification/training/fitting.py": "test_train and test_performance fit with it",
    "classification/training/replicates.py": "test_performance counts what its intervals hold",
    "classification/validity/intradural.py": "test_table reads its rows",
    "classification/validity/row.py": "test_table reads its rows",
    "evidence/body.py": "types alone: test_site and test_draws read them",
    "evidence/intradural_rows.py": "types alone: test_published reads every row",
    "evidence/predictor_rows.py": "types alone: test_published reads every row",
    "evidence/rule_words.py": "words alone: test_rules reads them",
    "evidence/sign_rows.py": "types alone: test_published reads every row",
    "evidence/sign_rules.py": "test_rules applies every one",
    "evidence/value_rows.py": "types alone: test_published reads every row",
    "reporting/key_numbers.py": "test_reportlets reads the numbers",
    "reporting/question_words.py": "words alone: test_answer and test_report read them",
    "segmentation/segmented_lesion.py": "types alone: test_segment reads every field",
}
"""Modules without a test of their own, each with its reason."""

WITHOUT_MODULE = {
    "classification/evidence_model/test_likelihood_subsets.py": "a law over every subset of predictors",
    "classification/evidence_model/test_laws.py": "both laws, over random contexts",
    "classification/test_vignettes.py": "made-up lesions with ranges set beforehand",
    "classification/validity/test_page.py": "the page of the evidence, held against its script",
    "classification/test_prior.py": "a law over both kinds of model",
    "cli/test_phantom.py": "commands from outside: the phantom's, whose words lie in three modules",
    "cli/test_refusals.py": "commands from outside: what each refuses",
    "io/dicom/test_bounds.py": "files that promise what no image holds, against the whole reader",
    "io/dicom/test_cases.py": "situations of public bug reports, from files to study",
    "io/dicom/test_dcm2niix.py": "another tool, dcm2niix, held against the whole reader",
    "io/dicom/test_descriptions.py": "descriptions as hospitals write them, against the whole reader",
    "io/dicom/test_fuzz.py": "damaged files against the whole reader",
    "io/dicom/test_parametric_map.py": "a kind of object from end to end",
    "io/dicom_results/test_dciodvfy.py": "another tool, dciodvfy, held against every object of a run",
    "io/dicom_results/test_dcmqi.py": "another tool, dcmqi, held against every object of a run",
    "io/dicom_write/test_dciodvfy.py": "another tool, dciodvfy, held against every writer",
    "io/dicomweb/test_orthanc.py": "another server, Orthanc, held against the whole client",
    "io/masks/test_battery.py": "one lesion in every way that programs store it",
    "io/masks/test_cases.py": "situations of public bug reports, from file to mask",
    "io/masks/test_fuzz.py": "damaged files against every reader of masks",
    "io/masks/test_regions_of.py": "several regions in one file, against every reader of masks",
    "io/nifti/test_cases.py": "situations of public bug reports, from file to study",
    "io/test_reading_page.py": "the page of what was verified, held against the tests that it names",
    "measurement/families/test_split_fat_places.py": "one family in every place of a tumour, on the phantom's images",
    "measurement/test_contour_laws.py": "laws over all families: how a lesion is drawn, and what else is in the study",
    "measurement/test_laws.py": "laws over all families",
    "reporting/test_page_in_browser.py": "the page as a whole, in Chromium and on paper",
    "phantom/test_brute_force.py": "a count on a fine rendering, held against every column of the truth",
    "viewer/test_page.py": "the page itself, in a real browser",
    "phantom/test_sample_data.py": "the sample studies, held against what makes them",
}
"""Tests below a package's folder that belong to no one module, each with its reason."""


def modules(src: Path) -> set[str]:
    """Every module of a package, by its path; `__init__` and `__main__` apart."""
    return {file.relative_to(src).as_posix() for file in src.rglob("*.py") if not file.stem.startswith("__")}


def below_packages(tests: Path, src: Path) -> set[str]:
    """Every test below the folder of a package."""
    paths = {file.relative_to(tests) for file in tests.rglob("test_*.py")}
    return {path.as_posix() for path in paths if len(path.parts) > 1 and (src / path.parts[0]).is_dir()}


def mirrored(module: str) -> str:
    """Where a module's test stands."""
    path = Path(module)
    return path.with_name(f"test_{path.name}").as_posix()


def untested(src: Path, tests: Path, exceptions: Iterable[str] = ()) -> set[str]:
    return {name for name in modules(src) - set(exceptions) if not (tests / mirrored(name)).is_file()}


def astray(src: Path, tests: Path, exceptions: Iterable[str] = ()) -> set[str]:
    """Tests that lie beside no module of their name."""
    return below_packages(tests, src) - {mirrored(name) for name in modules(src)} - set(exceptions)


def test_every_module_has_a_test_of_its_name():
    assert untested(SRC, TESTS, WITHOUT_TEST) == set()


def test_every_test_has_a_module_of_its_name():
    assert astray(SRC, TESTS, WITHOUT_MODULE) == set()


def test_every_exception_is_needed():
    assert untested(SRC, TESTS) == WITHOUT_TEST.keys()
    assert astray(SRC, TESTS) == WITHOUT_MODULE.keys()


@pytest.fixture
def trees(tmp_path: Path) -> tuple[Path, Path]:
    """A package of three modules with their tests, one test of the whole, and a folder that is no package's."""
    src, tests = tmp_path / "src", tmp_path / "tests"
    for name in ("__init__.py", "study.py", "io/__init__.py", "io/read.py", "io/dicom/read.py"):
        place(src / name)
    for name in ("test_study.py", "test_house.py", "io/test_read.py", "io/dicom/test_read.py", "oracles/test_x.py"):
        place(tests / name)
    return src, tests


def place(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()


def test_trees_that_mirror_each_other(trees):
    assert untested(*trees) == astray(*trees) == set()


@pytest.mark.parametrize("module", ["image.py", "io/write.py", "io/nifti/read.py", "kernels/mesh.py"])
def test_a_module_without_a_test_is_seen(trees, module):
    place(trees[0] / module)
    assert untested(*trees) == {module}
    assert untested(*trees, [module]) == set()


@pytest.mark.parametrize("test", ["io/test_laws.py", "io/dicom/test_study.py", "io/nifti/test_read.py"])
def test_a_test_without_a_module_is_seen(trees, test):
    place(trees[1] / test)
    assert astray(*trees) == {test}
    assert astray(*trees, [test]) == set()
