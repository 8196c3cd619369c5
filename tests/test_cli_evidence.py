"""`pnst evidence`, `--evidence` and `--own-evidence`, as typed. Witnesses: the files that they leave, the answers of
`pnst.assess` on the same evidence, one line of refusal.
"""

from __future__ import annotations

import shutil

import pytest

import pnst
from command_line import bytes_of, done, only, outputs, refused
from pnst.io.write import write_study
from scenes import Scene
from site_tables import counted_cohort
from small_cohort import SETTINGS
from without_intervals import QUICK_RUN

COHORTS = (("north", (12, 8)), ("south", (7, 6)))
"""Each site's lesions with a cyst, malignant and benign."""
FILES = {"signs_2x2.csv", "continuous.csv", "agreement.csv", "studies.csv"}


@pytest.fixture
def folder(tmp_path):
    """Two cohorts, the tables that their sites keep, and the evidence that they tell."""
    for name, cyst in COHORTS:
        counted_cohort(cyst).to_csv(tmp_path / f"{name}.csv", index=False)
        done("evidence", tmp_path / f"{name}.csv", "--label", "malignant", "--site", name, "--out", tmp_path / name)
    return tmp_path


@pytest.fixture
def study(tmp_path):
    """T1 and lesion of a small scene, quick to run."""
    scene = Scene(radius=11, halo=5, plane=6, limb=28, reach=39, spacing=(1.1, 1.3, 3.0))
    write_study(scene.study(), tmp_path / "whole", "nifti", [scene.lesion()])
    (tmp_path / "thigh").mkdir()
    for name in ("t1.nii.gz", "lesion.nii.gz"):
        shutil.copy(tmp_path / "whole" / name, tmp_path / "thigh" / name)
    return tmp_path / "thigh"


def test_a_table_becomes_four_files_that_name_no_patient(folder):
    assert outputs(folder / "north") == FILES
    text = b"".join(bytes_of(folder / "north").values()).decode()
    assert "NAME" not in text
    assert "cyst_or_necrosis,north,12,20,8,40,reader," in text


def test_what_is_told_is_what_python_counts(folder):
    site = pnst.summarise_evidence(counted_cohort((12, 8)), "malignant", site="north")
    result = done(
        "evidence", folder / "north.csv", "--label", "malignant", "--site", "north", "--out", folder / "again"
    )
    assert f"north ({site.digest}): rows told: 1 of signs, 1 of moments, 0 of agreement" in result.out
    assert bytes_of(folder / "again") == bytes_of(folder / "north")


def test_the_evidence_appears_whole_or_not_at_all(folder):
    """A table that is refused leaves the earlier set, to the byte, and no folder where none was."""
    before = bytes_of(folder / "north")
    counted_cohort((2, 2), (4, 4)).to_csv(folder / "few.csv", index=False)
    for out in ("north", "new"):
        line = refused("evidence", folder / "few.csv", "--label", "malignant", "--out", folder / out)
        assert "too few lesions to tell anything" in line
    assert bytes_of(folder / "north") == before
    assert not (folder / "new").exists()


@pytest.fixture
def quick(folder):
    """The words for a measurement without intervals."""
    (folder / "quick.toml").write_text(SETTINGS)
    return "--settings", folder / "quick.toml"


def test_every_form_of_the_main_job_takes_the_evidence(folder, study, quick):
    """`run`, `measure` with `assess`, and Python give one answer, which names both sites by their digests."""
    words = ["--evidence", folder / "north", "--own-evidence", folder / "south"]
    done("run", study, *quick, "--out", folder / "run", *words)
    done("run", study, *quick, "--out", folder / "alone")
    done("measure", study, *quick, "--out", folder / "steps")
    done("assess", folder / "steps", "--out", folder / "steps", *words)
    run, steps, alone = (only(folder / name / "assessment.json") for name in ("run", "steps", "alone"))
    case = pnst.run(study, settings=QUICK_RUN, evidence=[folder / "north"], own_evidence=folder / "south")
    assert run["probability"] == steps["probability"] == case.assessments[0].probability != alone["probability"]
    digests = [pnst.summarise_evidence(counted_cohort(k), "malignant", site=n).digest for n, k in COHORTS]
    assert run["model"] == steps["model"]
    assert f"with north ({digests[0]}), own south ({digests[1]})" in run["model"]
    assert "with" not in alone["model"]


def test_other_sites_may_be_several_in_any_order_and_the_explanation_names_them(folder, study, quick):
    done("measure", study, *quick, "--out", folder / "m")
    one, other = (
        done("assess", folder / "m", "--explain", *(w for n in names for w in ("--evidence", folder / n))).out
        for names in (("north", "south"), ("south", "north"))
    )
    assert one == other
    assert "north (" in one
    assert "south (" in one


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--evidence", "north", "--own-evidence", "north"], "2 folders of one content"),
        (["--evidence", "north", "--evidence", "north"], "2 folders of one content"),
        (["--evidence", "nowhere"], "cannot read a site's evidence in 'nowhere'"),
        (["--own-evidence", "damaged"], "signs_2x2.csv is not a site's evidence"),
        (["--own-evidence", "north", "--model", "model"], "a trained model takes no evidence of sites"),
    ],
)
def test_what_cannot_be_evidence_is_one_line(folder, study, quick, words, told):
    done("measure", study, *quick, "--out", folder / "m")
    shutil.copytree(folder / "north", folder / "damaged")
    (folder / "damaged" / "signs_2x2.csv").write_text("predictor\n")
    words = [word if word.startswith("--") else folder / word for word in words]
    assert told in refused("assess", folder / "m", *words)
    assert told in refused("run", study, "--out", folder / "out", *words) or "model" in told
    assert not (folder / "out").exists()


def test_evidence_that_the_outputs_would_replace_is_refused(folder):
    line = refused("evidence", folder / "north" / "studies.csv", "--label", "study", "--out", folder / "north")
    assert "would replace the input" in line


def test_a_name_that_cannot_be_a_sites_is_refused(folder):
    line = refused("evidence", folder / "north.csv", "--label", "malignant", "--site", "../x", "--out", folder / "x")
    assert "cannot be the name of a site" in line
