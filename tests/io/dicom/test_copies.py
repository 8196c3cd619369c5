"""One image in two files: read once and reported, however its bytes differ; refused where its voxels do."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import RLELossless

from dicom_series import save
from pnst.errors import InputError
from pnst.io.study import inspect, read_study
from pnst.study import Role

NOTE = "5 files hold images that other files hold too, in other bytes, and were not read"


def sent_twice(series, change):
    """The instances, and each again after `change`, with the same UIDs."""
    again = copy.deepcopy(series.instances())
    for ds in again:
        change(ds)
    return [*series.instances(), *again]


def compressed(ds):
    ds.compress(RLELossless, generate_instance_uid=False)


def other_header(ds):
    ds.PatientComments, ds.StationName, ds.SeriesDescription = "sent again", "ARCHIVE2", "T1 tra (copy)"


def other_digits(ds):
    ds.ImagePositionPatient = [float(v) + 1e-7 for v in ds.ImagePositionPatient]


@pytest.mark.parametrize("change", [compressed, other_header, other_digits])
def test_images_sent_twice_in_other_bytes_are_read_once(formula, write, change):
    series = formula()
    study = read_study(write(sent_twice(series, change)))
    np.testing.assert_array_equal(study.series[Role.T1].volume.data, series.stored[..., 0])
    assert study.notes == (NOTE,)
    assert [guess.role for guess in inspect(write([]))] == [Role.T1]


def test_instances_sent_twice_under_another_series_uid_are_read_of_one_series(formula, tmp_path):
    """Files of the two series in turn, as in one flat folder."""
    series, again = formula(), formula().instances()
    for ds in again:
        ds.SeriesInstanceUID, ds.SeriesNumber = "2.25.81", 5
    pairs = [
        list(pair) if k % 2 else list(pair)[::-1] for k, pair in enumerate(zip(series.instances(), again, strict=True))
    ]
    folder = tmp_path / "study"
    folder.mkdir()
    for n, ds in enumerate(ds for pair in pairs for ds in pair):
        ds.save_as(folder / f"{n:02d}.dcm", enforce_file_format=True)
    study = read_study(folder)
    np.testing.assert_array_equal(study.series[Role.T1].volume.data, series.stored[..., 0])
    assert study.notes == (NOTE,)


def test_a_diffusion_series_sent_twice_is_not_doubled(formula, write):
    series = formula(volumes=[{"DiffusionBValue": b} for b in (0.0, 800.0)])
    study = read_study(write(sent_twice(series, compressed)))
    assert study.series[Role.DWI].b_values == (0.0, 800.0)


def test_an_enhanced_image_sent_twice_is_read_once(formula, as_enhanced, tmp_path):
    ds = as_enhanced(formula().instances())
    folder = save([ds], tmp_path / "study")
    again = dcmread(next(folder.iterdir()))
    again.PatientComments = "again"
    again.save_as(folder / "again.dcm")
    study = read_study(folder)
    assert study.series[Role.T1].volume.data.shape == (7, 6, 5)
    assert study.notes[0].startswith("1 files hold images that other files hold too")


def test_other_voxels_of_one_instance_are_refused_by_their_names(formula, write):
    def brighter(ds):
        if ds.InstanceNumber == 3:
            ds.PixelData = (np.frombuffer(ds.PixelData, "<u2") + 1).astype("<u2").tobytes()
        other_header(ds)

    folder = write(sent_twice(formula(), brighter))
    with pytest.raises(InputError, match="differ in their voxels") as refusal:
        read_study(folder)
    assert all((Path(folder) / name).is_file() for name in refusal.value.got.replace("'", "").split(" and "))


def test_one_uid_for_all_images_of_a_series_makes_no_copies(formula, write):
    """An anonymiser's mistake: the images are told apart by their places and times."""
    series = formula(volumes=[{"DiffusionBValue": b} for b in (0.0, 800.0)])
    instances = series.instances()
    for ds in instances:
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = "2.25.999"
    study = read_study(write(instances))
    np.testing.assert_array_equal(study.series[Role.DWI].volume.data, series.stored)
    assert study.notes == ()
