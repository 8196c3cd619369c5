"""Diffusion exported as one series a b-value: one 4-D series where it is one acquisition, a reason where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import InputError
from pnst.io.study import inspect, read_study
from pnst.study import Role

LEVELS = (0.0, 400.0, 800.0)


def exported(formula, levels=LEVELS, **elements):
    """Every b-value as a series of its own, numbered in an order that is not that of the b-values."""
    instances = []
    for n, b in enumerate(levels):
        series = formula(volumes=[{"DiffusionBValue": b}])
        for ds in series.instances():
            ds.SeriesNumber, ds.SeriesInstanceUID = 9 - n, f"2.25.9{n}"
            ds.SOPInstanceUID = f"{ds.SOPInstanceUID}.{n}"
            ds.SeriesDescription, ds.FrameOfReferenceUID = f"ep2d_diff_b{b:g}", "2.25.3"
            ds.RepetitionTime, ds.EchoTime, ds.Manufacturer = 4000, 60, "Invented"
            ds.PixelData = (series.stored[:, :, ds.InstanceNumber - 1, 0] + 900 - int(b)).T.tobytes()
            for name, value in elements.items():
                setattr(ds, name, value)
            instances.append(ds)
    return instances


def of_level(instances, n):
    return [ds for ds in instances if ds.SeriesInstanceUID == f"2.25.9{n}"]


def test_one_series_a_b_value_is_one_diffusion_series(formula, write):
    """Witness: the formula of each volume, whose values differ by their b-value."""
    study = read_study(write(exported(formula)))
    dwi = study.series[Role.DWI]
    assert dwi.b_values == LEVELS
    one = formula().stored[..., 0].astype(float)
    np.testing.assert_array_equal(dwi.volume.data, np.stack([one + 900 - b for b in LEVELS], axis=-1))
    np.testing.assert_allclose(dwi.volume.grid.affine, formula().affine, atol=1e-6)
    assert dwi.notes[0].startswith("dwi is s9+s8+s7: b-values 0, 400, 800 of s9, s8, s7, one a series on one grid")
    assert study.notes == ()  # no part was left out


def test_inspect_shows_the_parts_and_the_whole(formula, write):
    guess_by_key = {guess.key: guess for guess in inspect(write(exported(formula)))}
    assert guess_by_key["s9+s8+s7"].role is Role.DWI
    assert guess_by_key["s9+s8+s7"].shape == (7, 6, 5, 3)
    assert guess_by_key["s8"].role is None
    assert guess_by_key["s8"].reason == "one b-value of the diffusion series s9+s8+s7"


@pytest.mark.parametrize(
    ("element", "value", "reason"),
    [
        ("FrameOfReferenceUID", "2.25.4", "another frame of reference"),
        ("ImagePositionPatient", None, "another grid"),
        ("EchoTime", 90, "another value of echo time"),
        ("RepetitionTime", 9000, "another value of repetition time"),
        ("ScanOptions", "FS", "another value of fat suppressed"),
        ("SeriesDescription", "ep2d_diff_PA_b800", "another phase encoding"),
        ("Manufacturer", "Other", "another value of manufacturer"),
        ("DiffusionBValue", 0.0, "a b-value twice"),
    ],
)
def test_what_differs_is_not_merged_and_the_reason_is_said(formula, write, element, value, reason):
    instances = exported(formula, (0.0, 800.0))
    for ds in of_level(instances, 1):
        moved = [float(c) + 0.5 for c in ds.ImagePositionPatient]
        setattr(ds, element, moved if value is None else value)
    folder = write(instances)
    guesses = inspect(folder)
    assert [guess.role for guess in guesses] == [None, None]
    assert any(reason in guess.reason for guess in guesses) or element == "DiffusionBValue"
    with pytest.raises(InputError, match="no series of this study has a role"):
        read_study(folder)


def test_a_b_value_exported_twice_is_not_chosen_from(formula, write):
    guesses = inspect(write(exported(formula, (0.0, 800.0, 800.0))))
    assert [guess.role for guess in guesses] == [None] * 3
    assert any("s8: a b-value twice" in guess.reason for guess in guesses)


@pytest.mark.parametrize(("scale", "divisors"), [(2.0, (1, 1)), (2.5, (2.0, 2.5)), (None, None)])
def test_philips_parts_of_two_scales_are_merged_where_each_brings_its_own(formula, write, scale, divisors):
    """Closed form: floating point = displayed ÷ scale slope (2005,100E), the rescale slope being 1 (Chenevert 2014)."""
    instances = exported(formula, (0.0, 800.0), Manufacturer="Philips Medical Systems")
    for ds in instances:
        block = ds.private_block(0x2005, "Philips MR Imaging DD 001", create=True)
        if ds.SeriesNumber == 9 or scale is not None:
            block.add_new(0x0E, "FL", scale if ds.SeriesNumber == 8 else 2.0)
    folder = write(instances)
    assert (Role.DWI in [guess.role for guess in inspect(folder)]) is (divisors is not None)
    if divisors is not None:
        shown = formula().stored[..., 0].astype(float)
        expected = np.stack([(shown + 900) / divisors[0], (shown + 100) / divisors[1]], axis=-1)
        np.testing.assert_allclose(read_study(folder).series[Role.DWI].volume.data, expected, rtol=1e-6)


def volumes_of_their_own(formula, **elements):
    """As Siemens' interoperable export: each volume a series UID, one series number, acquisition numbers."""
    axes = np.eye(3).tolist()
    weightings = [(0.0, None)] + [(b, axis) for b in (400.0, 800.0) for axis in axes]
    instances = []
    for n, (b, axis) in enumerate(weightings):
        for ds in formula().instances():
            ds.SeriesNumber, ds.SeriesInstanceUID, ds.SOPInstanceUID = 2, f"2.25.9.{n}", f"{ds.SOPInstanceUID}.{n}"
            ds.DiffusionBValue, ds.AcquisitionNumber, ds.Manufacturer = b, n + 1, "SIEMENS"
            if axis:
                ds.DiffusionGradientOrientation = axis
            for name, value in elements.items():
                setattr(ds, name, value)
            instances.append(ds)
    return instances


def test_a_series_uid_for_each_volume_is_one_acquisition(formula, write):
    study = read_study(write(volumes_of_their_own(formula)))
    dwi = study.series[Role.DWI]
    assert dwi.b_values == (0.0, 400.0, 400.0, 400.0, 800.0, 800.0, 800.0)
    assert dwi.notes[0].startswith("dwi is s2: b-values 0, 400, 800 of ")
    assert study.notes == ()


def test_repeats_are_merged_by_their_acquisition_numbers_and_not_without(formula, write):
    """Three averages of a trace; without numbers they might be one export twice."""
    instances = volumes_of_their_own(formula)
    for ds in instances:
        ds.DiffusionDirectionality = "ISOTROPIC" if ds.DiffusionBValue else "NONE"
        ds.pop("DiffusionGradientOrientation", None)
    assert len(read_study(write(instances)).series[Role.DWI].b_values) == 7
    for ds in instances:
        del ds.AcquisitionNumber
    assert Role.DWI not in [guess.role for guess in inspect(write(instances))]


def test_b_zero_without_its_element_is_told_by_its_description(formula, write):
    """Canon, Toshiba and GE leave (0018,9087) out at b = 0."""
    instances = exported(formula, (0.0, 800.0))
    for ds in of_level(instances, 0):
        del ds.DiffusionBValue
    assert read_study(write(instances)).series[Role.DWI].b_values == (0.0, 800.0)


def test_a_series_with_all_b_values_comes_before_its_parts(formula, write):
    """A scanner's own 4-D series, and the same volumes exported apart."""
    whole = formula(volumes=[{"DiffusionBValue": b} for b in LEVELS]).instances()
    for ds in whole:
        ds.SeriesNumber, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = 2, "2.25.80", "2.25.3"
    study = read_study(write(exported(formula) + whole))
    assert study.series[Role.DWI].notes[0].startswith("dwi is s2: ")


def test_the_user_names_the_whole_by_a_part_and_a_part_for_itself(formula, write):
    """Of b = 0 alone a T2-weighted image may be wanted; for dwi the number of the first part means the whole."""
    folder = write(exported(formula))
    assert read_study(folder, roles={"dwi": "9"}).series[Role.DWI].b_values == LEVELS
    study = read_study(folder, roles={"t2": "9", "dwi": "none"})
    assert study.series[Role.T2].volume.data.shape == (7, 6, 5)


def time_series(formula):
    """Three time points of a T1 in one series."""
    volumes = [
        {"RepetitionTime": 5, "EchoTime": 2.3, "ScanningSequence": "GR", "AcquisitionNumber": n} for n in (1, 2, 3)
    ]
    return formula(volumes=volumes)


def test_a_time_point_is_chosen_by_its_key(formula, write):
    series = time_series(formula)
    folder = write(series.instances())
    (guess,) = inspect(folder)
    assert guess.role is None
    assert "3 time points: choose one by its key, s4-t1 and on" in guess.reason
    for n in (1, 3):
        chosen = read_study(folder, roles={"t1_post": f"s4-t{n}"}).series[Role.T1_POST]
        np.testing.assert_array_equal(chosen.volume.data, series.stored[..., n - 1])
        assert chosen.notes[0] == f"t1_post is s4-t{n}: chosen by the user"


@pytest.mark.parametrize("name", ["s4-t0", "s4-t4", "s5-t1", "s4-tx", "-t1"])
def test_a_time_point_that_is_not_there_is_refused(formula, write, name):
    with pytest.raises(InputError, match="no series"):
        read_study(write(time_series(formula).instances()), roles={"t1": name})


@pytest.mark.parametrize(("frame", "noted"), [("2.25.3", False), ("2.25.4", True)])
def test_frames_of_reference_of_their_own_are_said(formula, write, frame, noted):
    instances = []
    for n, (te, tr, uid) in enumerate([(11, 550, "2.25.3"), (90, 4500, frame)]):
        for ds in formula().instances():
            ds.SeriesNumber, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = n, f"2.25.9{n}", uid
            ds.SOPInstanceUID = f"{ds.SOPInstanceUID}.{n}"
            ds.EchoTime, ds.RepetitionTime, ds.SeriesDescription = te, tr, ""
            instances.append(ds)
    notes = read_study(write(instances)).notes
    assert any("t1 and t2 have frames of reference of their own" in note for note in notes) is noted
