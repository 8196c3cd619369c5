"""The schema of growth.json. Witness: what is written, whole and made wrong."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest
from jsonschema import Draft202012Validator

from measurement.growth.dated import BALLS, measured
from pnst.io.growth_schema import growth_schema
from pnst.io.results import growth_json
from pnst.measurement.growth.compare import compare_dates
from pnst.measurement.growth.settings import CompareSettings
from pnst.preprocessing.settings import AlignmentSettings


@pytest.fixture(scope="module")
def written():
    dates = [measured(0, BALLS), measured(90, {"a": BALLS["a"]})]
    return json.loads(growth_json(compare_dates("limb", dates, CompareSettings(), AlignmentSettings()).to_dict()))


def errors(content):
    return [error.message for error in Draft202012Validator(growth_schema()).iter_errors(content)]


def test_what_is_written_holds(written):
    Draft202012Validator.check_schema(growth_schema())
    assert errors(written) == []
    assert written["schema_version"] == 1


def wrong(written, change):
    content = deepcopy(written)
    change(content)
    return errors(content)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.update(date="2024-01-01"),
        lambda c: c["lesions"][0].update(status="grown"),
        lambda c: c["lesions"][0]["visits"][1].update(category="worse"),
        lambda c: c["lesions"][0]["visits"][1].update(volume_change_fraction=-1.5),
        lambda c: c["lesions"][0]["visits"][1].update(doubling_time_days_interval=[None, 3.0]),
        lambda c: c["lesions"][0]["visits"][1].pop("day"),
        lambda c: c["days"].append(1.5),
        lambda c: c["alignments"][0].update(role="t3"),
        lambda c: c.update(lesions=[]),
    ],
)
def test_what_is_not_so_is_refused(written, change):
    assert wrong(written, change)


def test_an_endless_doubling_time_holds(written):
    assert wrong(written, lambda c: c["lesions"][0]["visits"][1].update(doubling_time_days_interval=[9.0, None])) == []
