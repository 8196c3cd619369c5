"""Where a report's coordinates lie. Witness: the affine of a series that is written from a formula, by hand."""

from __future__ import annotations

import numpy as np
import pytest

import pnst
from dicom_series import Formula, save
from pnst.errors import GeometryError, InputError
from pnst.io.dicom.frame import FramePlane
from pnst.io.prompts.prompt_file import PromptFile
from pnst.io.prompts.read import read_prompt
from pnst.io.prompts.report_places import UNCHECKED, on_plane
from report_files import LENGTH, group, in_frame, measured, on_image, save_report

FORMULA = Formula(volumes=[{"FrameOfReferenceUID": "2.25.3"}])
CORNERS = [0.5, 0.5, 6.5, 4.5]
"""Middles of the pixels (0, 0) and (6, 4), as PS3.3 C.18.6 counts."""


@pytest.fixture
def tree(tmp_path):
    return save(FORMULA.instances(), tmp_path / "tree") or tmp_path / "tree"


def read(file, study, folder=None):
    return read_prompt(PromptFile(file), study, folder)


def test_pixels_lie_where_the_affine_says(tree, tmp_path):
    study = pnst.read_study(tree, roles={"t1": "4"})
    report = save_report(tmp_path / "sr.dcm", group(measured(LENGTH, on_image(CORNERS, "2.25.1000003"))))
    prompt, notes = read(report, study, tree)
    expected = (np.array([[0, 0, 3, 1], [6, 4, 3, 1]]) @ FORMULA.affine.T)[:, :3]
    assert np.allclose([prompt.p_ras_mm, prompt.q_ras_mm], expected, atol=1e-6)
    assert notes == ()


def test_an_image_of_another_study(tree, tmp_path):
    study = pnst.read_study(tree, roles={"t1": "4"})
    report = save_report(tmp_path / "sr.dcm", group(measured(LENGTH, on_image(CORNERS, "2.25.77"))))
    with pytest.raises(GeometryError, match="not in this study"):
        read(report, study, tree)


def test_an_image_of_a_series_and_frame_without_a_role(tree, tmp_path, study):
    report = save_report(tmp_path / "sr.dcm", group(measured(LENGTH, on_image(CORNERS, "2.25.1000003"))))
    (tmp_path / "other").mkdir()
    instances = FORMULA.instances()
    for one in instances:
        one.FrameOfReferenceUID = "2.25.55"
    save(instances, tmp_path / "other")
    with pytest.raises(GeometryError, match="frame of reference of no image"):
        read(report, study, tmp_path / "other")


def test_a_frame_that_is_not_there(tree, tmp_path):
    study = pnst.read_study(tree, roles={"t1": "4"})
    report = save_report(tmp_path / "sr.dcm", group(measured(LENGTH, on_image(CORNERS, "2.25.1000003", frame=2))))
    with pytest.raises(InputError, match="does not say where it lies"):
        read(report, study, tree)


def test_another_frame_of_reference(tmp_path, study):
    report = save_report(tmp_path / "sr.dcm", group(in_frame([-1, -2, 3, -31, -2, 3], frame="2.25.4")))
    with pytest.raises(GeometryError, match="frame of reference of no image"):
        read(report, study)


def test_a_study_that_does_not_know_its_frame(tmp_path, nameless):
    report = save_report(tmp_path / "sr.dcm", group(in_frame([-1, -2, 3, -31, -2, 3])))
    assert read(report, nameless).notes == (UNCHECKED,)


def test_an_image_that_is_not_named(tmp_path, study):
    lost = on_image(CORNERS, "2.25.4")
    del lost.ContentSequence
    with pytest.raises(InputError, match="not named"):
        read(save_report(tmp_path / "sr.dcm", group(measured(LENGTH, lost))), study)


def test_positions_on_a_whole_slide(tmp_path, study):
    slide = on_image(CORNERS, "2.25.4")
    slide.PixelOriginInterpretation = "VOLUME"
    with pytest.raises(InputError, match="whole slide"):
        read(save_report(tmp_path / "sr.dcm", group(measured(LENGTH, slide))), study)


def test_the_corner_of_the_first_pixel_lies_half_a_pixel_before_its_middle():
    plane = FramePlane((10.0, 20.0, 30.0), (0, 1, 0, 0, 0, -1), spacing=(2.0, 3.0))
    assert on_plane(np.array([[0.0, 0.0]]), plane).tolist() == [[10.0, 18.5, 31.0]]
