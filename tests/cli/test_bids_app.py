"""`pnst-bids`, as its users and clusters call it. Witness: what lies on disk, and real processes side by side."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bids_app import bids, derived, seen, started
from bids_datasets import RADII, write_dataset
from pnst.cli.bids_app import main
from pnst.cohort.bids.derivatives import read_tsv


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset with a subject that has no mask, and all of it measured by one run into `out`."""
    home = tmp_path_factory.mktemp("bids")
    dataset = write_dataset(home)
    (dataset / "sub-04" / "anat").mkdir(parents=True)
    image = dataset / "sub-01" / "anat" / "sub-01_T1w.nii.gz"
    (dataset / "sub-04" / "anat" / "sub-04_T1w.nii.gz").write_bytes(image.read_bytes())
    for path in (*dataset.rglob("*"), dataset):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return home


@pytest.fixture(scope="module")
def whole(home: Path) -> Path:
    """One run over all, then the group; the dataset is read-only, and is afterwards what it was."""
    before, out = seen(home / "dataset"), home / "out"
    said = bids(home / "dataset", out, "participant", "--settings", home / "fast.toml", "--skip_bids_validation")
    assert said.code == 1
    assert said.out.startswith("4 made, 0 kept, 1 failed: ")
    assert re.fullmatch(r"pnst-bids: sub-04 has no lesion mask; got: .+; expected: .+; remedy: .+\n", said.err)
    said = bids(home / "dataset", out, "group")
    assert (said.code, said.err) == (1, "")
    assert said.out.startswith("5 sessions, 4 lesions, 1 failures: ")
    assert seen(home / "dataset") == before
    return out


def test_the_derivatives_of_a_dataset(whole):
    rows = read_tsv(whole / "group_desc-pnst_measurements.tsv")
    assert [(row["participant_id"], row["session_id"], row["diagnosis"]) for row in rows] == [
        ("sub-01", None, "neurofibroma"),
        ("sub-02", "ses-a", "MPNST"),
        ("sub-02", "ses-b", "MPNST"),
        ("sub-03", None, "neurofibroma"),
    ]
    volumes = [4 / 3 * 3.14159 * radius**3 / 1000 for radius in RADII.values()]
    assert [float(row["size.volume_ml"]) for row in rows] == pytest.approx(volumes, rel=0.05)
    assert [row["participant_id"] for row in read_tsv(whole / "group_failures.tsv")] == ["sub-04"]
    names = derived(whole).keys()
    stem = "sub-02/ses-a/anat/sub-02_ses-a"
    assert {f"{stem}_desc-pnst_measurements.tsv", f"{stem}_label-lesion_desc-pnst_mask.json"} <= names
    assert {"sub-02_ses-a.html", "index.html", "dataset_description.json"} <= names
    assert not any(path.name.startswith(".") for path in (whole / "sub-02").rglob("*"))


def test_nothing_that_is_written_names_a_place(whole, home):
    for name, content in derived(whole).items():
        if not name.endswith(".gz"):
            assert str(home).encode() not in content, name


@pytest.mark.slow  # one after the other, and beside a run that goes on: tests/cohort/bids/test_participants.py
def test_a_container_a_subject_at_once_gives_what_one_run_gives(whole, home):
    """Three processes start at the same moment on an OUT that is not there yet; then the group: the same bytes."""
    out, common = home / "apart", ("--settings", home / "fast.toml", "--workers", "1")
    runs = [
        started(home / "dataset", out, "participant", "--participant_label", *labels, *common)
        for labels in (("01", "sub-04"), ("02",), ("sub-03",))
    ]
    assert [(run.communicate(timeout=300)[1].count("\n"), run.returncode) for run in runs] == [(1, 1), (0, 0), (0, 0)]
    assert bids(home / "dataset", out, "group").code == 1
    assert derived(out) == derived(whole)


def test_again_nothing_is_measured(whole, home):
    before = derived(whole)
    said = bids(home / "dataset", whole, "participant", "--settings", home / "fast.toml", "--participant-label", "03")
    assert said.out.startswith("0 made, 1 kept, 0 failed: ")
    assert derived(whole) == before


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("DATA", "OUT"), ("participant|group",)),
        (("DATA", "OUT", "participants"), ("no such analysis level", "participant or group")),
        (("DATA", "OUT", "participant", "--participant_lable", "01"), ("--participant-lable", "--help")),
        (("DATA", "OUT", "participant", "--participant-label", "7"), ("no participant '7'", "01, 02, 03, 04")),
        (("DATA", "OUT", "participant", "--session-label", "z"), ("no session 'z'", "a, b")),
        (("EMPTY", "OUT", "participant"), ("is no BIDS dataset", "pnst cohort")),
        (("DATA", "DATA/derivatives/pnst", "participant"), ("a place in the dataset", "choose another OUT")),
        (("DATA", "FILE", "participant"), ("a file",)),
        (("DATA", "OUT", "group"), ("holds no participant", "run that first")),
        (("DATA", "OUT", "participant", "--n_cpus", "0"), ("--workers is not usable",)),
        (("DATA", "OUT", "participant", "--time-limit", "-1"), ("--time-limit is not usable",)),
    ],
)
def test_what_cannot_be_is_one_line_and_leaves_nothing(home, tmp_path, words, parts):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    places = {"DATA": home / "dataset", "OUT": tmp_path / "out", "EMPTY": tmp_path / "empty", "FILE": tmp_path / "file"}
    before = seen(home / "dataset")
    said = bids(*(re.sub("^(DATA|OUT|EMPTY|FILE)", lambda m: str(places[m[0]]), word) for word in words))
    assert (said.code, said.out) == (2, "")
    assert re.fullmatch(r"pnst-bids: .+; got: .+; expected: .+; remedy: .+\n", said.err), said.err
    for part in parts:
        assert part in said.err
    assert not (tmp_path / "out").exists()
    assert seen(home / "dataset") == before


def test_help_and_version():
    said = bids("--help")
    assert said.code == 0
    text = " ".join(said.out.split())
    assert "Example: pnst-bids DATASET OUT participant" in text
    assert "never runs the validator" in text
    assert "Not a medical device" in text
    assert bids("--version").out.startswith("pnst-bids ")
    assert bids().code == 2


def test_it_is_a_program_of_the_package():
    from importlib.metadata import EntryPoint

    project = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    entry = re.search(r'^pnst-bids = "(.+)"$', project, re.MULTILINE)
    assert EntryPoint("pnst-bids", entry[1], "console_scripts").load() is main
