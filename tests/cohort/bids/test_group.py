"""The group level. Witness: tables of the participant level, written by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pnst.cohort.bids import derivatives
from pnst.cohort.bids.group import FAILURES_TSV, collect_group
from pnst.cohort.bids.participants import NOT_MEASURED
from pnst.cohort.bids.session import BidsSession
from pnst.cohort.run import kept
from pnst.errors import InputError

SESSIONS = [BidsSession("sub-1"), BidsSession("sub-2", "ses-a"), BidsSession("sub-3")]
TABLE = "group_desc-pnst_measurements.tsv"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """One session measured, one with its failure, one that nobody measured."""
    out = tmp_path / "out"
    (tmp_path / "data").mkdir()
    derivatives.begin(out, tmp_path / "data")
    (out / derivatives.WORK).mkdir()
    for place in ("sub-1/anat", "sub-2/ses-a/anat"):
        (out / place).mkdir(parents=True)
    row = {"participant_id": "sub-1", "label": "1", "diagnosis": "MPNST", "size.volume_ml": 2.5, "adc.present": None}
    derivatives.write_table(out / "sub-1/anat", "sub-1", [row, row | {"label": "2", "size.volume_ml": 3.5}])
    failed = {"participant_id": "sub-2", "session_id": "ses-a", "stage": "reading", "what": "no lesion mask"}
    derivatives.write_tsv(out / "sub-2/ses-a/anat/sub-2_ses-a_desc-pnst_failures.tsv", NOT_MEASURED, [failed])
    (out / "sub-1.html").touch()
    return out


def collect(out: Path, sessions: list[BidsSession] = SESSIONS):
    return collect_group(sessions, out.parent / "data", out)


def test_one_table_with_its_sidecar_one_list_of_failures_and_one_page(out):
    level = collect(out)
    assert (len(level.lesions), len(level.failures)) == (2, 2)
    rows = derivatives.read_tsv(out / TABLE)
    assert [(row["participant_id"], row["label"], row["size.volume_ml"]) for row in rows] == [
        ("sub-1", "1", "2.5"),
        ("sub-1", "2", "3.5"),
    ]
    assert list(rows[0]) == ["participant_id", "label", "diagnosis", "size.volume_ml", "adc.present"]
    assert list(json.loads((out / "group_desc-pnst_measurements.json").read_text())) == list(rows[0])
    first, second = derivatives.read_tsv(out / FAILURES_TSV)
    assert (first["participant_id"], first["session_id"], first["what"]) == ("sub-2", "ses-a", "no lesion mask")
    assert (second["participant_id"], second["what"]) == ("sub-3", "sub-3 was not measured")
    assert second["remedy"].endswith("--participant-label 3")
    page = (out / "index.html").read_text()
    assert 'href="sub-1.html"' in page
    assert "sub-2_ses-a" in page


def test_without_failures_there_is_no_list_of_them(out):
    collect(out)
    collect(out, SESSIONS[:1])
    assert not (out / FAILURES_TSV).exists()
    assert (out / TABLE).exists()


def test_failures_alone_make_an_empty_table(out):
    level = collect(out, SESSIONS[1:])
    assert (level.lesions, len(level.failures)) == ((), 2)
    assert derivatives.read_tsv(out / TABLE) == []
    assert "sub-3" in (out / "index.html").read_text()


def test_it_waits_for_no_participant_level_that_runs(out):
    with kept(out / derivatives.WORK, together=True), pytest.raises(InputError, match="another run"):
        collect(out)
    assert not (out / TABLE).exists()


def test_a_folder_without_participants_is_refused(out, tmp_path):
    for place in (tmp_path / "nowhere", tmp_path / "data"):
        with pytest.raises(InputError, match="holds no participant"):
            collect_group(SESSIONS, tmp_path / "data", place)
    assert not (tmp_path / "nowhere").exists()
