"""The participant level on small studies in thick oblique slices.

Witness: `pnst run` on the same files, the bytes on disk, and runs that are disturbed.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

import pnst
from bids_app import derived
from bids_datasets import write_dataset
from in_this_process import in_this_process
from pnst.cohort.bids.derivatives import WORK, read_tsv
from pnst.cohort.bids.participants import measure_participants
from pnst.cohort.bids.session import BidsSession, find_sessions
from pnst.cohort.measuring import Chosen
from pnst.cohort.run import kept
from pnst.cohort.run_cohort import CohortRun
from pnst.io.output_folder import output_folder
from pnst.settings import RunSettings

FAST = {"measure": {"uncertainty": {"repetitions": 0}}}
TABLE = "sub-01/anat/sub-01_desc-pnst_measurements.tsv"
FAILED = "sub-01/anat/sub-01_desc-pnst_failures.tsv"


def run(dataset: Path, out: Path, sessions: list[BidsSession] | None = None, pages: bool = False) -> CohortRun:
    chosen = Chosen(RunSettings.model_validate(FAST), pages=pages)
    return measure_participants(sessions or find_sessions(dataset), dataset, out, in_this_process, chosen)


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    return write_dataset(tmp_path, {"sub-01": 8.0})


def test_the_numbers_and_the_mask_are_those_of_pnst_run(dataset, tmp_path):
    done = run(dataset, tmp_path / "out", pages=True)
    assert dict(done.counts) == {"made": 1}
    (row,) = read_tsv(tmp_path / "out" / TABLE)
    mask = dataset / "derivatives" / "by_hand" / "sub-01" / "anat" / "sub-01_label-lesion_mask.nii.gz"
    (m,) = pnst.run(dataset / "sub-01", mask, settings=tmp_path / "fast.toml").measurements
    assert float(row["size.volume_ml"]) == m.size.volume_ml
    assert (row["participant_id"], row["diagnosis"], row["age"]) == ("sub-01", "neurofibroma", "31")
    copy = nib.load(tmp_path / "out" / "sub-01" / "anat" / "sub-01_label-lesion_desc-pnst_mask.nii.gz")
    drawn = nib.load(mask)
    assert np.array_equal(np.asarray(copy.dataobj) > 0, np.asarray(drawn.dataobj) > 0)
    assert np.allclose(copy.affine, drawn.affine, atol=1e-5)
    assert not np.allclose(copy.affine[:3, :3], np.diag(np.diag(copy.affine[:3, :3])))
    assert "ot a medical device" in (tmp_path / "out" / "sub-01.html").read_text()
    assert not (tmp_path / "out" / FAILED).exists()


def test_again_only_what_changed_is_measured(dataset, tmp_path):
    out = tmp_path / "out"
    run(dataset, out)
    assert dict(run(dataset, out).counts) == {"kept": 1}
    shutil.rmtree(out / "sub-01")  # the derivatives alone: they are made again from what is kept
    assert dict(run(dataset, out).counts) == {"kept": 1}
    assert (out / TABLE).is_file()
    muscle = dataset / "derivatives" / "pnst" / "sub-01" / "anat" / "sub-01_label-muscle_mask.nii.gz"
    muscle.parent.mkdir(parents=True)
    image = nib.load(dataset / "sub-01" / "anat" / "sub-01_T1w.nii.gz")
    muscle_voxels = (np.asarray(image.dataobj) < 330).astype(np.uint8)
    nib.save(nib.Nifti1Image(muscle_voxels, image.affine), muscle)
    assert dict(run(dataset, out).counts) == {"made": 1}


def test_a_lesion_that_is_gone_leaves_a_failure_in_the_place_of_its_table(dataset, tmp_path):
    run(dataset, tmp_path / "out", pages=True)
    shutil.rmtree(dataset / "derivatives")
    done = run(dataset, tmp_path / "out", pages=True)
    assert dict(done.counts) == {"failed": 1}
    (row,) = read_tsv(tmp_path / "out" / FAILED)
    assert (row["participant_id"], row["stage"]) == ("sub-01", "reading the dataset")
    assert "no lesion mask" in row["what"]
    assert not (tmp_path / "out" / TABLE).exists()
    assert not (tmp_path / "out" / "sub-01.html").exists()


def test_a_session_at_a_time_beside_another_run_gives_what_one_run_gives(tmp_path):
    """Invariant: the same bytes; `kept` is what a run on other sessions does meanwhile."""
    dataset = write_dataset(tmp_path, {"sub-01": 8.0, "sub-02/ses-a": 9.0})
    run(dataset, tmp_path / "whole", pages=True)
    with kept(tmp_path / "apart" / WORK, together=True):
        for session in find_sessions(dataset):
            assert dict(run(dataset, tmp_path / "apart", [session], pages=True).counts) == {"made": 1}
    assert derived(tmp_path / "apart") == derived(tmp_path / "whole")


def test_an_image_that_cannot_be_read_is_one_failure(dataset, tmp_path):
    (dataset / "sub-01" / "anat" / "sub-01_T1w.nii.gz").write_bytes(b"\x1f\x8bno image")
    assert dict(run(dataset, tmp_path / "out").counts) == {"failed": 1}
    (row,) = read_tsv(tmp_path / "out" / FAILED)
    assert row["stage"] == "reading the study"


def test_two_lesions_have_a_row_and_a_mask_each(dataset, tmp_path):
    anat = dataset / "derivatives" / "by_hand" / "sub-01" / "anat"
    file = anat / "sub-01_label-lesion_mask.nii.gz"
    one = nib.load(file)
    labels = np.asarray(one.dataobj).astype(np.uint8)
    labels[:22][labels[:22] > 0] = 2
    file.unlink()
    nib.save(nib.Nifti1Image(labels, one.affine), anat / "sub-01_desc-lesion_dseg.nii.gz")
    run(dataset, tmp_path / "out")
    assert len(read_tsv(tmp_path / "out" / TABLE)) == 2
    second = tmp_path / "out" / "sub-01" / "anat" / "sub-01_label-lesion_desc-pnst2_mask.nii.gz"
    assert json.loads(second.with_suffix("").with_suffix(".json").read_text())["Type"] == "Lesion"
    assert 0 < np.asarray(nib.load(second).dataobj).sum() < (labels > 0).sum()


def test_a_participant_that_another_run_measures_is_left_to_it(dataset, tmp_path):
    out = tmp_path / "out"
    run(dataset, out)
    before = (out / TABLE).stat().st_mtime_ns
    with output_folder(out / "sub-01"):
        done = run(dataset, out)
    assert dict(done.counts) == {"failed": 1}
    assert "another run" in str(done.failures["sub-01"].error)
    assert (out / TABLE).stat().st_mtime_ns == before
    assert dict(run(dataset, out).counts) == {"kept": 1}
