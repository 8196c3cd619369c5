"""Slices in order and in place: closed forms on an oblique, anisotropic series; every refusal names its slices."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import GeometryError
from pnst.io.dicom.files import read_tree
from pnst.io.dicom.stack import build_stacks
from pnst.io.study import read_study
from pnst.study import Role


def problem(folder):
    (stack,) = build_stacks(read_tree(folder).headers)
    return stack.problem


def test_affine_and_voxels_follow_the_formula_whatever_the_order_of_files(formula, write):
    series = formula()
    volume = read_study(write(series.instances())).series[Role.T1].volume
    np.testing.assert_allclose(volume.grid.affine, series.affine, atol=1e-6)
    np.testing.assert_array_equal(volume.data, series.stored[..., 0])
    assert volume.data.dtype == np.float32


def test_slices_follow_the_normal_though_instances_are_numbered_against_it(formula, write):
    series = formula()
    instances = series.instances()
    for n, ds in enumerate(instances):
        ds.InstanceNumber = 100 - n
    volume = read_study(write(instances)).series[Role.T1].volume
    np.testing.assert_allclose(volume.grid.affine, series.affine, atol=1e-6)
    np.testing.assert_array_equal(volume.data, series.stored[..., 0])


def test_every_stack_is_right_handed(formula, write):
    grid = read_study(write(formula().instances())).series[Role.T1].volume.grid
    assert np.linalg.det(grid.affine[:3, :3]) == pytest.approx(0.8 * 1.1 * 4.5)


def test_spacing_comes_from_positions_not_from_thickness(formula, write):
    """Regression: slices 4 mm thick lie 4.5 mm apart; half a millimetre of gap a slice must not be lost."""
    assert read_study(write(formula().instances())).series[Role.T1].volume.grid.spacing[2] == pytest.approx(4.5)


def test_missing_slice_is_refused_and_named(formula, write):
    instances = formula().instances()
    del instances[2]
    folder = write(instances)
    with pytest.raises(GeometryError, match=r"missing slice between 'im\d+\.dcm' and 'im\d+\.dcm' \(9 mm\)"):
        read_study(folder)


def test_changing_orientation_is_refused_and_named(formula, write):
    instances = formula().instances()
    instances[3].ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    assert "changing orientation" in str(problem(write(instances)))
    assert "im03743.dcm" in str(problem(write(instances)))  # 3 × 7919 mod 10007: the fourth slice


def test_mixed_sizes_are_refused(formula, write):
    instances = formula().instances()
    instances[1].Rows, instances[1].PixelData = 5, instances[1].PixelData[: 5 * 7 * 2]
    assert "mixed image sizes" in str(problem(write(instances)))


def test_mixed_voxel_sizes_are_refused(formula, write):
    instances = formula().instances()
    instances[1].PixelSpacing = [1.1, 0.9]
    assert "mixed voxel sizes" in str(problem(write(instances)))


def test_leaning_stack_is_refused(formula, write):
    """A gantry tilt of 10°: each slice shifted along the image's column by tan 10° of the step."""
    series = formula()
    instances = series.instances()
    for k, ds in enumerate(instances):
        shift = series.axes[:, 1] * np.tan(np.radians(10)) * 4.5 * k
        ds.ImagePositionPatient = [float(f"{c:.10g}") for c in np.array(ds.ImagePositionPatient) + shift]
    assert "gantry tilt" in str(problem(write(instances)))
    assert "10.00°" in str(problem(write(instances)))


def test_uneven_spacing_is_refused_above_three_percent_and_borne_below(formula, write):
    series = formula()
    for off, refused in ((0.5, True), (0.1, False)):
        instances = series.instances()
        shifted = np.array(instances[2].ImagePositionPatient) + series.axes[:, 2] * off
        instances[2].ImagePositionPatient = [float(f"{c:.10g}") for c in shifted]
        refusal = problem(write(instances))
        assert ("unequal slice spacing" in str(refusal)) == refused


def test_two_different_slices_in_one_place_are_refused(formula, write):
    instances = formula().instances()
    extra = formula().instances()[2]
    extra.SOPInstanceUID, extra.InstanceNumber = "2.25.99", 77
    folder = write([*instances, extra])
    assert isinstance(problem(folder), GeometryError)
    assert "in one place" in str(problem(folder))


def test_slices_without_a_position_are_refused(formula, write):
    instances = formula().instances()
    del instances[0].ImagePositionPatient
    assert "without position" in str(problem(write(instances)))


def test_a_single_slice_needs_its_thickness(formula, write):
    instances = formula().instances()[:1]
    del instances[0].SliceThickness
    assert "unknown thickness" in str(problem(write(instances)))
    instances[0].SliceThickness = 4.0
    assert problem(write(instances)) is None


@pytest.mark.parametrize(
    ("folder", "message"),
    [
        ("gantrytilting", "gantry tilt"),
        ("sliceincrement", "missing slice"),
        ("sliceorientation", "changing orientation"),
    ],
)
def test_real_series_that_make_no_volume_are_refused(shared_data, folder, message):
    with pytest.raises(GeometryError, match=message):
        read_study(shared_data / "header_variants" / "failing" / folder)
