"""Settings of measuring: every threshold reaches its sign, and what is refused."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from interiors import Interior, Sphere
from pnst.measurement.measurements import FAMILY_TYPES
from pnst.measurement.settings import SYSTEMATIC, MeasureSettings
from pnst.measurement.uncertainty import systematic_key
from pnst.study import Role
from scenes import Scene, without
from without_intervals import measure


def test_a_threshold_is_a_setting():
    settings = MeasureSettings.model_validate({"split_fat": {"present_coverage": 0.3}})
    scene = Scene(radius=16, rim=3.0, cap_deg=50)
    m = measure(without(scene.study(), Role.T1_POST, Role.T2_FS, Role.DWI), scene.lesion(), settings)
    assert m.split_fat.present is True
    assert m.split_fat.present_threshold == 0.3
    assert m.settings is settings


@pytest.mark.usefixtures("only_the_interior")
def test_every_threshold_is_a_setting():
    body = Interior(radius=16, spheres=(Sphere("cyst", 7.0, (0, 7, 0)), Sphere("blood", 5.0, (0, -8, 0))), noise=5)
    settings = MeasureSettings.model_validate(
        {
            "cyst": {"least_lesion_fraction": 0.2},
            "t1_high": {"least_volume_ml": 0.9},
            "enhancement": {"peripheral_ratio": 99.0},
            "target": {"rim_core_ratio": 9.0},
        }
    )
    m = measure(body.study(), body.lesion(), settings)
    assert (m.cyst.present, m.cyst.present_threshold) == (False, 0.2)
    assert (m.t1_high.present, m.t1_high.present_threshold) == (False, 0.9)
    assert (m.enhancement.peripheral, m.enhancement.peripheral_threshold) == (False, 99.0)
    assert m.target.present_threshold == 9.0


def test_the_defaults_keep_the_bounds_of_their_own_fields():  # invariant; pydantic does not look at defaults
    assert MeasureSettings.model_validate(MeasureSettings().model_dump()) == MeasureSettings()


def test_what_is_known_to_be_missed_is_of_a_column_that_exists():
    """A line of another name would widen nothing."""
    columns = {f"{name}.{column}" for name, kind in FAMILY_TYPES.items() for column in kind.column_names()}
    assert SYSTEMATIC.keys() <= {systematic_key(column) for column in columns}
    assert all(own >= 0 and share >= 0 for own, share in SYSTEMATIC.values())


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"edma": {}}, "Extra inputs are not permitted"),
        ({"edema": {"detection": 3.0}}, "Extra inputs are not permitted"),
        ({"uncertainty": {"level": 1.0}}, "less than 1"),
        ({"adc": {"sphere_mm": 0.0}}, "greater than 0"),
        ({"heterogeneity": {"entropy_bins": 1}}, "greater than or equal to 2"),
    ],
)
def test_a_setting_that_does_not_exist_or_cannot_be_is_refused(settings, reason):
    with pytest.raises(ValidationError, match=reason):
        MeasureSettings.model_validate(settings)
