"""One lesion's dates put together. Witness: closed forms on made-up volumes."""

from __future__ import annotations

import numpy as np
import pytest

from measurement.growth.dated import adc, measurements, size
from pnst.measurement.growth.growth import Visit
from pnst.measurement.growth.settings import CompareSettings
from pnst.measurement.growth.visits import curve_of, measured_visit, with_changes
from pnst.measurement.measurements import Measurements

SETTINGS = CompareSettings()


def visits(*volumes, step=100, adcs=()):
    made = []
    for n, volume in enumerate(volumes):
        if volume is None:
            made.append(Visit(day=n * step, state="absent"))
            continue
        families = {"adc": adc(adcs[n])} if adcs else {}
        made.append(measured_visit(n * step, measurements(volume, interval=(0.98 * volume, 1.02 * volume), **families)))
    return with_changes(made, SETTINGS)


def test_a_date_says_what_was_measured():
    m = Measurements("limb", "b", size=size(4.0, 21.0, (3.9, 4.1), "few slices"), adc=adc(1.3, quality="noisy"))
    visit = measured_visit(7, m)
    assert (visit.day, visit.state, visit.label) == (7, "measured", "b")
    assert (visit.volume_ml, visit.volume_ml_interval) == (4.0, (3.9, 4.1))
    assert (visit.longest_diameter_mm, visit.axial_diameter_mm, visit.longest_diameter_mm_interval) == (
        21.0,
        19.0,
        None,
    )
    assert visit.adc_mean_um2_per_ms == 1.3
    assert visit.quality == "few slices; ADC: noisy"


def test_the_first_date_has_not_changed():
    first, _ = visits(10.0, 12.0)
    assert first.volume_change_fraction is first.category is first.doubling_time_days is first.best_day is None


def test_a_change_against_baseline_and_best_response():
    """Down by a third, then up by a quarter from there: progression, though below baseline."""
    _, second, third = visits(12.0, 8.0, 10.0)
    assert (second.category, second.category_certain) == ("partial response", True)
    assert second.volume_change_fraction == pytest.approx(-1 / 3)
    assert (third.best_day, third.volume_change_from_best_fraction) == (100, pytest.approx(0.25))
    assert (third.volume_change_fraction, third.category) == (pytest.approx(-1 / 6), "progression")
    assert third.category_certain
    assert (third.progression_threshold, third.response_threshold) == (0.2, 0.2)


def test_a_category_that_the_interval_leaves_open():
    _, second = visits(10.0, 12.1)
    assert (second.category, second.category_certain) == ("progression", False)
    _, second = visits(10.0, 11.8)
    assert (second.category, second.category_certain) == ("stable", False)


def test_baseline_is_the_first_date_that_has_it():
    absent, first, later = visits(None, 10.0, 11.0)
    assert (absent.state, absent.volume_ml) == ("absent", None)
    assert first.category is None
    assert later.volume_change_fraction == pytest.approx(0.1)


def test_a_date_without_it_is_passed_over():
    *_, last = visits(10.0, None, 12.5)
    assert last.volume_change_fraction == pytest.approx(0.25)
    assert last.doubling_time_days == pytest.approx(200 * np.log(2) / np.log(1.25))


def test_doubling_time_is_that_of_the_dates_so_far():
    _, second, third = visits(10.0, 20.0, 20.0)
    assert second.doubling_time_days == pytest.approx(100.0)
    assert third.doubling_time_days > 150


@pytest.mark.parametrize(("later", "changed"), [(1.30, False), (1.34, True), (1.07, False), (1.05, True)])
def test_a_change_of_adc_against_repeatability(later, changed):
    """11.4 % of 1.2 is 0.137."""
    _, visit = visits(10.0, 10.0, adcs=(1.2, later))
    assert visit.adc_change_fraction == pytest.approx(later / 1.2 - 1)
    assert (visit.adc_changed, visit.adc_changed_threshold) == (changed, 0.114)


def test_without_adc_on_both_dates_nothing_is_told_of_it():
    made = [measured_visit(0, measurements(10.0)), measured_visit(9, measurements(10.0, adc=adc(1.2)))]
    last = with_changes(made, SETTINGS)[-1]
    assert last.adc_change_fraction is last.adc_changed is last.adc_changed_threshold is None
    assert (last.category, last.category_certain, last.volume_change_fraction_interval) == ("stable", False, None)


def test_a_curve_needs_two_dates():
    assert curve_of(visits(10.0, None)) is None
    assert curve_of(visits(10.0, 20.0)).doubling_time_days == pytest.approx(100.0)
