"""A series with several b-values, echoes or time points never becomes one tall stack."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import AmbiguityError, GeometryError
from pnst.io.dicom.files import read_tree
from pnst.io.dicom.stack import build_stacks
from pnst.io.study import inspect, read_study
from pnst.study import Role


def stacks(folder):
    return build_stacks(read_tree(folder).headers)


def test_trace_with_three_b_values_is_one_series_of_three_volumes(formula, write):
    series = formula(volumes=[{"DiffusionBValue": b, "SeriesDescription": "TRACEW"} for b in (50.0, 400.0, 800.0)])
    dwi = read_study(write(series.instances())).series[Role.DWI]
    assert dwi.b_values == (50.0, 400.0, 800.0)
    assert dwi.b_vectors is None
    np.testing.assert_array_equal(dwi.volume.data, series.stored)
    np.testing.assert_allclose(dwi.volume.grid.affine, series.affine, atol=1e-6)


def test_odd_b_values_survive(formula, write):
    """928.3 and Philips' 0.001 are kept as written; the latter is another volume than 0, however numbered."""
    series = formula(volumes=[{"DiffusionBValue": b} for b in (0.0, 0.001, 928.3)])
    instances = series.instances()
    for ds, number in zip(instances, np.random.default_rng(3).permutation(len(instances)), strict=True):
        ds.InstanceNumber = int(number) + 1
    dwi = read_study(write(instances)).series[Role.DWI]
    assert sorted(dwi.b_values) == [0.0, 0.001, 928.3]
    np.testing.assert_array_equal(dwi.volume.data[..., np.argsort(dwi.b_values)], series.stored)


def test_b_zero_without_an_element_is_zero_beside_a_weighted_one(formula, write):
    """Canon and GE leave the element out at b = 0."""
    series = formula(volumes=[{}, {"DiffusionBValue": 800.0}])
    assert read_study(write(series.instances())).series[Role.DWI].b_values == (0.0, 800.0)


def test_directions_are_volumes_and_come_back_in_ras(formula, write):
    directions = [[0.6, 0.8, 0.0], [0.0, 0.6, -0.8]]
    weighted = [{"DiffusionBValue": 700.0, "DiffusionGradientOrientation": d} for d in directions]
    series = formula(volumes=[{"DiffusionBValue": 0.0}, *weighted])
    dwi = read_study(write(series.instances())).series[Role.DWI]
    np.testing.assert_allclose(dwi.b_vectors, [[0, 0, 0], [-0.6, -0.8, 0], [0, -0.6, -0.8]], atol=1e-12)
    np.testing.assert_array_equal(dwi.volume.data, series.stored)


def test_raw_diffusion_beats_the_trace_of_its_own_series(formula, write):
    """Philips writes b = 0, three directions and their isotropic combination into one series."""
    raw = [{"DiffusionBValue": 800.0, "DiffusionGradientOrientation": list(np.eye(3)[n])} for n in range(3)]
    trace = {"DiffusionBValue": 800.0, "DiffusionDirectionality": "ISOTROPIC"}
    series = formula(volumes=[{"DiffusionBValue": 0.0}, *raw, trace])
    dwi = read_study(write(series.instances())).series[Role.DWI]
    assert dwi.b_values == (0.0, 800.0, 800.0, 800.0)
    np.testing.assert_array_equal(dwi.volume.data, series.stored[..., :4])


def test_repeated_b_zero_is_told_apart_by_the_order_of_instances(formula, write):
    series = formula(volumes=[{"DiffusionBValue": 0.0}, {"DiffusionBValue": 0.0}, {"DiffusionBValue": 600.0}])
    dwi = read_study(write(series.instances())).series[Role.DWI]
    assert dwi.b_values == (0.0, 0.0, 600.0)
    np.testing.assert_array_equal(dwi.volume.data, series.stored)


def test_slice_missing_from_one_b_value_is_refused_and_named(formula, write):
    for absent, message in ((7, "missing slice between"), (9, "missing slice in the volume")):  # within, and at the end
        instances = formula(volumes=[{"DiffusionBValue": b} for b in (0.0, 600.0)]).instances()
        del instances[absent]
        (stack,) = stacks(write(instances))
        assert isinstance(stack.problem, GeometryError)
        assert message in str(stack.problem)
        for file in write([]).iterdir():
            file.unlink()


def test_echoes_are_candidates_of_their_own(formula, write):
    series = formula(
        volumes=[{"EchoTime": te, "RepetitionTime": 3500, "SeriesDescription": "PD T2"} for te in (12, 95)]
    )
    folder = write(series.instances())
    assert [(g.key, g.role, g.shape) for g in inspect(folder)] == [
        ("s4-te12", None, (7, 6, 5)),
        ("s4-te95", Role.T2, (7, 6, 5)),
    ]
    np.testing.assert_array_equal(read_study(folder).series[Role.T2].volume.data, series.stored[..., 1])


def test_an_echo_time_that_changes_along_the_stack_does_not_split_it(formula, write):
    instances = formula().instances()
    for k, ds in enumerate(instances):
        ds.EchoTime, ds.RepetitionTime = 10 + k / 100, 500
    assert read_study(write(instances)).series[Role.T1].volume.data.shape == (7, 6, 5)


@pytest.mark.parametrize(
    "time_element", ["TemporalPositionIdentifier", "AcquisitionNumber", "TriggerTime", "AcquisitionTime"]
)
def test_time_points_are_volumes_and_have_no_role_by_themselves(formula, write, time_element):
    series = formula(
        volumes=[{time_element: f"12000{n}" if time_element == "AcquisitionTime" else n + 1} for n in range(3)]
    )
    folder = write(series.instances())
    (guess,) = inspect(folder)
    assert guess.shape == (7, 6, 5, 3)
    assert guess.role is None
    assert "3 time points" in guess.reason


def test_acquisition_time_that_changes_with_the_slice_is_no_time_point(formula, write):
    instances = formula().instances()
    for k, ds in enumerate(instances):
        ds.AcquisitionTime = f"1200{k:02d}"
    assert read_study(write(instances)).series[Role.T1].volume.data.shape == (7, 6, 5)


def test_kinds_of_image_in_one_series_are_candidates_of_their_own(formula, write):
    """Philips keeps the ADC map in the diffusion series."""
    adc = {"ImageType": ["DERIVED", "PRIMARY", "ADC", "ADC"], "RescaleType": "1e-6 mm2/s", "DiffusionBValue": 0.0}
    series = formula(volumes=[{"DiffusionBValue": 0.0}, {"DiffusionBValue": 800.0}, adc])
    study = read_study(write(series.instances()))
    assert set(study.series) == {Role.DWI, Role.ADC}
    np.testing.assert_array_equal(study.series[Role.DWI].volume.data, series.stored[..., :2])
    np.testing.assert_allclose(study.series[Role.ADC].volume.data, series.stored[..., 2] / 1000, rtol=1e-6)


def test_two_series_of_one_number_have_different_keys(formula, write):
    first, second = formula().instances(), formula().instances()
    for ds in second:
        ds.SeriesInstanceUID, ds.SOPInstanceUID = "2.25.9", ds.SOPInstanceUID + "9"
    folder = write([*first, *second])
    keys = [guess.key for guess in inspect(folder)]
    assert len(set(keys)) == 2
    with pytest.raises(AmbiguityError, match=f"--role t1={keys[0]}"):
        read_study(folder)
    assert read_study(folder, roles={"t1": keys[1]}).series[Role.T1].notes == (f"t1 is {keys[1]}: chosen by the user",)
