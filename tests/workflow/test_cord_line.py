"""A cord along a given line. Witness: tubes of known radii about a known line, on unequal voxels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from command_line import content, done, outputs, refused
from pnst.errors import InputError, SettingError
from pnst.image import Grid, Mask, Volume
from pnst.io.write import write_study
from pnst.segmentation.dural_fat import CANAL_AND_FAT
from pnst.study import Lesion, Role, Series, Source, Study
from pnst.workflow.cord_line import ALONG_LINE, NOTE, line_points, masks_along_line, with_cord_along, with_saved_cord

CORD_MM, SAC_MM = 4.5, 8.0
LINE = ((0.0, 0.0, -44.0), (0.0, 0.0, 44.0))
GRID = Grid((53, 47, 47), np.array([[1.0, 0, 0, -26], [0, 1.1, 0, -25.3], [0, 0, 2.0, -46], [0, 0, 0, 1]]))
POINTS = GRID.to_world(np.moveaxis(np.indices(GRID.shape), 0, -1))
RADIUS = np.hypot(POINTS[..., 0], POINTS[..., 1])
BALL = Lesion("1", Mask(np.linalg.norm(POINTS - (6.0, 0.0, 0.0), axis=-1) < 3.5, GRID), "simulation")
OTHER = Lesion("2", Mask(np.linalg.norm(POINTS - (-6.0, 0.0, 12.0), axis=-1) < 3.0, GRID), "simulation")


def share_within(radius_mm):
    """Of each voxel, by 9 × 9 places in its section: a voxel at a border holds a part of either side."""
    steps = (np.arange(9) - 4) / 9
    parts = [np.hypot(POINTS[..., 0] + a, POINTS[..., 1] + 1.1 * b) < radius_mm for a in steps for b in steps]
    return np.mean(parts, axis=0)


def study_of(*lesions, role=Role.T2_FS):
    t2 = 120.0 + 780.0 * share_within(SAC_MM) - 600.0 * share_within(CORD_MM)
    for lesion in lesions:
        t2 = np.where(lesion.mask.data, 4000.0, t2)
    volume = Volume(t2.astype(np.float32), GRID)
    return Study("A", {role: Series(role, volume, Source("simulated", ""))})


@pytest.fixture
def study():
    return study_of(BALL)


def radius_mm(mask):
    """Of a circle as large as the mean section of the middle half."""
    return float(np.sqrt(mask.data[:, :, 17:30].sum(axis=(0, 1)).mean() * 1.0 * 1.1 / np.pi))


@pytest.mark.parametrize("lesions", [(BALL,), (BALL, OTHER)], ids=["one lesion", "two lesions"])
def test_the_cord_and_the_canal_have_their_radii_whatever_lies_beside(lesions):
    study = study_of(*lesions)
    found = with_cord_along(study, LINE, lesions)
    assert set(found.masks) == {"cord", "canal", "csf"}
    assert radius_mm(found.masks["cord"]) == pytest.approx(CORD_MM, abs=0.25)
    assert radius_mm(found.masks["canal"]) == pytest.approx(SAC_MM, abs=0.25)
    assert NOTE in found.notes
    assert masks_along_line(found) == found.masks
    assert masks_along_line(study) == {}


def test_a_mask_of_the_cord_is_not_replaced_and_one_of_the_canal_stays(study):
    given = Mask(RADIUS < SAC_MM, GRID)
    with pytest.raises(SettingError, match="beside a mask of it"):
        with_cord_along(replace(study, masks={"cord": given}), LINE, (BALL,))
    assert with_cord_along(replace(study, masks={"canal": given}), LINE, (BALL,)).masks["canal"] is given


def test_where_cord_and_fluid_are_not_told_apart_it_is_refused(study):
    aside = tuple((x + 18.0, y, z) for x, y, z in LINE)
    with pytest.raises(InputError, match="no cord was told apart"):
        with_cord_along(study, aside, (BALL,))


def test_what_an_earlier_run_found_comes_back(study):
    found = with_cord_along(study, LINE, (BALL,))
    again = with_saved_cord(study, {**found.masks, "cord_edema": found.masks["cord"]})
    assert set(again.masks) == {"cord", "canal", "csf"}
    assert NOTE in again.notes
    assert with_saved_cord(study, {"cord_edema": found.masks["cord"]}) is study
    assert with_saved_cord(found, found.masks) is found


def test_a_canal_that_may_hold_fat_has_its_own_name_and_comes_back():
    found = with_cord_along(study_of(BALL, role=Role.T2), LINE, (BALL,))
    assert set(found.masks) == {"cord", CANAL_AND_FAT} <= set(ALONG_LINE)
    assert masks_along_line(found) == found.masks
    again = with_saved_cord(study_of(BALL, role=Role.T2), found.masks)
    assert set(again.masks) == set(found.masks)


def test_points_are_taken_as_they_are_and_a_file_is_read(tmp_path):
    file = tmp_path / "line.csv"
    file.write_text("0,0,-44\n0,0,44\n")
    assert line_points(LINE) is LINE
    assert line_points(file) == LINE


def test_the_command_line_measures_with_it_and_writes_it(study, tmp_path):
    write_study(study, tmp_path / "study", lesions=[BALL])
    (tmp_path / "off.toml").write_text("[measure.uncertainty]\nrepetitions = 0\n")
    command = ("measure", tmp_path / "study", "--settings", tmp_path / "off.toml")
    done(*command, "--cord-line=0,0,-44:0,0,44", "--out", tmp_path / "out")
    (lesion,) = content(tmp_path / "out/measurements.json")["lesions"]
    assert lesion["cord"]["compartment"] == "mixed"
    assert lesion["canal"]["inside_fraction"] > 0.8
    assert NOTE in lesion["notes"]
    assert {f"regions/{name}.nii.gz" for name in ("cord", "canal", "csf")} <= outputs(tmp_path / "out")
    words = refused(*command, "--cord-line=18,0,-44:18,0,44", "--out", tmp_path / "no")
    assert "no cord was told apart" in words
    assert "cannot read --cord-line" in refused(*command, "--cord-line", "nowhere.csv", "--out", tmp_path / "no")
    assert not (tmp_path / "no").exists()
