"""A series and what lies beside its file. Witness: files written by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pnst.errors import InputError, PnstError
from pnst.image import Volume
from pnst.io.nifti.read import write_volume
from pnst.io.nifti.series import describe_series, read_series, written_unit
from pnst.study import Role


@pytest.fixture
def file(oblique, tmp_path):
    grid = oblique((4, 5, 3))
    values = np.linspace(0.9, 1.9, 60, dtype=np.float32).reshape(grid.shape)
    write_volume(tmp_path / "a.nii.gz", Volume(values, grid, "made by a tool"))
    return tmp_path / "a.nii.gz"


def test_the_sidecar_s_unit_comes_before_the_header_s(file, oblique):
    assert written_unit(file) is None  # the header's text is no unit of diffusivity
    grid = oblique((4, 5, 3))
    write_volume(file, Volume(np.arange(1100, 1160, dtype=np.float32).reshape(grid.shape), grid, "um2/s"))
    assert written_unit(file) == "um2/s"
    assert read_series(file, Role.ADC).volume.data.min() == pytest.approx(1.1)
    file.with_name("a.json").write_text(json.dumps({"Units": "1e-6 mm2/s"}))
    assert written_unit(file) == "1e-6 mm2/s"


def test_one_volume_with_a_b_value_is_diffusion_of_one_volume(file):
    file.with_name("a.bval").write_text("800\n")
    series = read_series(file, Role.DWI)
    assert (series.volume.data.shape, series.b_values, series.b_vectors) == ((4, 5, 3, 1), (800.0,), None)
    assert read_series(file, Role.T2).b_values is None


def test_a_description_is_the_series_without_its_voxels(file):
    file.with_name("a.json").write_text(json.dumps({"EchoTime": 0.011}))
    described, read = describe_series(file, Role.T1), read_series(file, Role.T1)
    assert (described.acquisition, described.notes) == (read.acquisition, read.notes)
    assert described.acquisition.echo_time_ms == 11.0
    assert described.volume.grid.matches(read.volume.grid, 0.0)
    assert not described.volume.data.any()


@pytest.mark.parametrize("units", ["", " ", "n/a", None])
def test_units_that_say_nothing_leave_the_header_s(file, units):
    file.with_name("a.json").write_text(json.dumps({"Units": units}))
    assert written_unit(file) is None
    assert "inferred" in read_series(file, Role.ADC).notes[0]


@pytest.mark.parametrize("units", ["arbitrary", "cm2/s", 5, ["mm2/s"]])
def test_units_that_are_none_of_diffusivity_are_refused(file, units):
    file.with_name("a.json").write_text(json.dumps({"Units": units}))
    with pytest.raises(PnstError, match="Units" if not isinstance(units, str) else units):
        read_series(file, Role.ADC)
    read_series(file, Role.T1)  # which has no unit


def test_a_role_against_the_sidecar_is_noted_when_read_and_when_inspected(file):
    file.with_name("a.json").write_text(json.dumps({"ContrastBolusIngredient": "GADOLINIUM"}))
    note = "t1: the header says that a contrast agent was given; the role is taken as named"
    assert read_series(file, Role.T1).notes == describe_series(file, Role.T1).notes == (note,)
    assert read_series(file, Role.T1_POST).notes == ()


@pytest.mark.parametrize("values", [[0.0], [7.0], [0.0, 1.0], [0.0, 1.0, 2.0], [np.nan, 1.0, 2.0, 3.0]])
@pytest.mark.parametrize("role", [Role.T1, Role.ADC, Role.DWI])
def test_a_mask_or_an_empty_image_is_no_series(file, oblique, values, role):
    grid = oblique((4, 5, 3))
    write_volume(file, Volume(np.resize(np.float32(values), grid.shape), grid))
    file.with_name("a.bval").write_text("800\n")
    with pytest.raises(InputError, match=r"'a\.nii\.gz' is no image; got: \d different value"):
        read_series(file, role)


@pytest.mark.parametrize("ending", [".json", ".bval", ".bvec"])
def test_a_file_beside_it_that_cannot_be_read_is_no_absent_one(file, ending):
    """A link that leads nowhere, and a folder in its place; once the series was read as if there were none."""
    file.with_name("a.bval").write_text("800\n")
    other = file.with_name("a" + ending)
    other.unlink(missing_ok=True)
    other.symlink_to("nowhere")
    with pytest.raises(InputError, match=f"cannot use 'a{ending}'"):
        read_series(file, Role.DWI)
    other.unlink()
    other.mkdir()
    with pytest.raises(InputError, match=f"cannot use 'a{ending}'.*a folder, not a plain file"):
        read_series(file, Role.DWI)
