"""Small studies made from public bug reports about masks, each of which once gave a wrong number.

Witness: the right value at the top of each maker (an ellipsoid of 15.08 ml in closed form).
"""

from __future__ import annotations

import runpy
import sys
import warnings
from pathlib import Path

import pytest

from pnst.errors import AmbiguityError, InputError
from pnst.io.masks.read import read_lesion, read_regions_of
from pnst.io.study import read_study


@pytest.fixture(scope="module")
def made(shared_data, tmp_path_factory):
    """Make a case by its number, once."""
    makers = shared_data.parent / "cases"
    folders: dict[str, Path] = {}

    def make(number: str) -> Path:
        if number not in folders:
            (maker,) = makers.glob(f"{number}_*.py")
            folders[number] = tmp_path_factory.mktemp(f"case{number}")
            with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                patch.setattr(sys, "argv", [str(maker), str(folders[number])])
                patch.syspath_prepend(maker.parent)
                runpy.run_path(str(maker), run_name="__main__")
        return folders[number]

    if not makers.is_dir():
        pytest.skip("the makers of cases are not here")
    return make


RIGHT = {
    "00 rt.dcm": (14.9, ""),
    "02 rt.dcm": (21.65, "overlap another one and were united with it"),
    "03 rt.dcm": (14.9, "10 of the file's 10 contours were used (5 INTERPOLATED_PLANAR among them)"),
    "04 rt.dcm": (14.9, "4 of 9 slices were not drawn on and were interpolated"),
    "05 rt.dcm": (14.9, ""),
    "20 lesion.nii.gz": (14.9, "labels off whole numbers"),
    "20 constant.nii.gz": (14.9, "a mask of one value"),
    "20 overshoot.nii.gz": (14.9, "labels off whole numbers"),
    "30 rt.dcm": (15.0, "(0.15 slices) off the slices and were moved onto them"),
}


@pytest.mark.parametrize("case", RIGHT)
def test_the_volume_is_right(case, made):
    """ml to 3 %."""
    number, name = case.split()
    folder = made(number)
    lesion = read_regions_of(folder / name, read_study(folder / "study")).lesions[0]
    volume, note = RIGHT[case]
    assert lesion.mask.volume_mm3 / 1000 == pytest.approx(volume, rel=0.03)
    assert note in " ".join(lesion.notes)


def test_damaged_rois_are_named_by_number_and_refused_by_name(made):
    folder = made("05")
    study = read_study(folder / "study")
    regions = read_regions_of(folder / "rt.dcm", study)
    assert [note.split(" was left out")[0] for note in regions.notes[:2]] == ["region 3", "region 4"]
    assert read_lesion(folder / "rt.dcm", study, "lesion").mask.volume_mm3 / 1000 == pytest.approx(14.9, rel=0.03)
    for name, message in (("untyped", "no geometric type"), ("nodata", "no data"), ("absent", "no closed contour")):
        with pytest.raises(InputError, match=message):
            read_lesion(folder / "rt.dcm", study, name)


def test_sparse_frames_are_as_thick_as_the_series(made):
    folder = made("07")
    lesions = read_regions_of(folder / "seg.dcm", read_study(folder / "study")).lesions
    assert [lesion.mask.volume_mm3 / 1000 for lesion in lesions] == pytest.approx([0.4, 0.4], rel=1e-3)


def test_two_labels_of_a_resampled_map_are_two_lesions(made):
    folder = made("20")
    _, second = read_regions_of(folder / "lesion.nii.gz", read_study(folder / "study")).lesions
    assert second.mask.volume_mm3 / 1000 == pytest.approx(0.43, rel=0.01)


def test_a_name_in_another_alphabet_is_found(made):
    folder = made("26") / "病人 Müller"
    study = read_study(folder / "Снимки 1")
    for label in ("GTV: 肿瘤 Läsion", "1"):
        lesion = read_lesion(folder / "контур.dcm", study, label)
        assert lesion.mask.volume_mm3 / 1000 == pytest.approx(14.9, rel=0.03)
        assert lesion.label == "1"
    with pytest.raises(AmbiguityError, match="'1' and '2' overlap"):
        read_regions_of(folder / "контур.dcm", study)
