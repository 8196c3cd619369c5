"""What a reader may judge. Witness: values that a column can and cannot hold."""

from __future__ import annotations

import pytest

from pnst.errors import SettingError
from pnst.measurement.overrides import READER_COLUMNS, check_overrides
from pnst.study import Role
from scenes import Scene, without
from without_intervals import measure


@pytest.mark.parametrize(
    ("column", "good", "bad"),
    [
        ("split_fat.present", (True, False), ("yes", 1.0, 3, None)),
        ("reader.invasion", (True, False), ("perhaps", 1, None)),
        ("size.volume_ml", (5, 0.5), ("abc", float("nan"), -5.0, float("inf"), True, None)),
        ("split_fat.coverage_fraction", (0, 1, 0.4), (1.2, -0.1)),
        ("margin.deep_lobulations_count", (0, 3), (2.5, -1, "two")),
    ],
)
def test_an_override_is_what_its_column_can_hold(column, good, bad):
    for value in good:
        assert check_overrides({column: value}) == {column: value}
    for value in bad:
        with pytest.raises(SettingError, match="cannot be overridden"):
            check_overrides({column: value})


@pytest.mark.parametrize(
    "column",
    [
        "reader.invasoin",
        "reader.",
        "split_fat.presnt",
        "adc.quality",
        "adc.region",  # a text that nothing would read
        "edema.present_threshold",  # a setting
        "size.volume_ml_interval",
    ],
)
def test_what_nobody_would_read_is_refused(column):
    with pytest.raises(SettingError, match="no column"):
        check_overrides({column: True})


def test_a_misspelt_column_is_told_what_is_near():
    with pytest.raises(SettingError, match=r"reader\.invasion"):
        check_overrides({"reader.invasoin": True})
    assert len(READER_COLUMNS) == len(set(READER_COLUMNS))


def test_overrides_stay_apart_and_must_name_a_column():
    scene = Scene(radius=13, rim=17, cap_deg=90.0, limb=48)  # in fat: the sign does not apply
    study, lesion = without(scene.study(), Role.T1_POST, Role.T2_FS, Role.DWI), scene.lesion()
    m = measure(study, lesion, overrides={"split_fat.present": True, "reader.invasion": False})
    assert m.overrides == {"split_fat.present": True, "reader.invasion": False}
    assert m.columns()["split_fat.present"] is None
    assert m.to_dict()["overrides"]["split_fat.present"] is True
    assert m.to_frame()["override.split_fat.present"].item() is True
    for wrong in ("split_fat.presnt", "reader.", "nothing"):
        with pytest.raises(SettingError, match=wrong.replace(".", r"\.")):
            measure(study, lesion, overrides={wrong: True})
