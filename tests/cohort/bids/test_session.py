"""What of a dataset is measured. Witness: datasets of empty files, laid out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from pnst.cohort.bids.session import find_sessions
from pnst.errors import InputError


def touch(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    return touch(
        tmp_path / "dataset",
        "sub-01/anat/sub-01_T1w.nii.gz",
        "sub-01/anat/sub-01_label-lesion_mask.nii.gz",
        "sub-02/ses-a/anat/sub-02_ses-a_T1w.nii.gz",
        "sub-02/ses-b/anat/sub-02_ses-b_T1w.nii.gz",
        "derivatives/by_hand/sub-02/ses-b/anat/sub-02_ses-b_label-lesion_mask.nii.gz",
        "sub-03/func/sub-03_bold.nii.gz",
    )


def test_each_session_with_its_mask_or_why_it_has_none(dataset):
    one, first, second, empty = find_sessions(dataset)
    assert [s.name for s in (one, first, second, empty)] == ["sub-01", "sub-02_ses-a", "sub-02_ses-b", "sub-03"]
    assert one.case.cells["lesion"] == "sub-01/anat/sub-01_label-lesion_mask.nii.gz"
    assert second.case.cells["lesion"].startswith("derivatives/by_hand/sub-02/ses-b/")
    assert (one.refusal, second.refusal) == (None, None)
    assert "no lesion mask" in first.refusal.what
    assert "no image" in empty.refusal.what
    assert second.folder == Path("sub-02/ses-b")


def test_two_masks_are_named(dataset):
    touch(dataset, "derivatives/other/sub-01/anat/sub-01_label-lesion_mask.nii.gz")
    refusal = find_sessions(dataset, ["01"])[0].refusal
    assert "several" in refusal.what
    assert "derivatives/other/sub-01" in refusal.got
    assert "sub-01/anat" in refusal.got


@pytest.mark.parametrize(
    ("subjects", "sessions", "names"),
    [
        (["01"], [], ["sub-01"]),
        (["sub-01", "03"], [], ["sub-01", "sub-03"]),
        (["02"], ["b"], ["sub-02_ses-b"]),
        ([], ["ses-a"], ["sub-02_ses-a"]),
    ],
)
def test_labels_with_or_without_their_prefix(dataset, subjects, sessions, names):
    assert [one.name for one in find_sessions(dataset, subjects, sessions)] == names


@pytest.mark.parametrize(
    ("subjects", "sessions", "what", "expected"),
    [
        (["1"], [], "no participant '1'", "01, 02, 03"),
        (["01", "sub-9"], [], "no participant '9'", "01, 02, 03"),
        (["02"], ["c"], "no session 'c'", "a, b"),
    ],
)
def test_a_label_that_is_not_there_is_refused_with_those_that_are(dataset, subjects, sessions, what, expected):
    with pytest.raises(InputError, match=what) as refused:
        find_sessions(dataset, subjects, sessions)
    assert expected in refused.value.expected


def test_what_is_no_dataset_is_refused(dataset, tmp_path):
    touch(tmp_path, "plain/case/t1.nii.gz", "file")
    for path in (tmp_path / "plain", dataset / "sub-01", tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(InputError, match="is no BIDS dataset"):
            find_sessions(path)


def test_a_dataset_without_an_image_is_one_of_failures(tmp_path):
    (one,) = find_sessions(touch(tmp_path / "d", "sub-x/func/sub-x_bold.nii.gz"))
    assert "no image" in one.refusal.what
