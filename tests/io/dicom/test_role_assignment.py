"""One series a role: the user's word first, then the one guess; never one of several."""

from __future__ import annotations

import pytest

from dicom_series import numbered_series
from pnst.errors import AmbiguityError, InputError, SettingError
from pnst.io.study import inspect, read_study
from pnst.study import Role


def test_two_series_that_could_be_t1_are_refused_with_the_way_to_choose(write):
    folder = write([*numbered_series(3, "T1 tra"), *numbered_series(5, "T1 cor")])
    with pytest.raises(AmbiguityError, match=r"2 series could be t1.*s3 \(T1 tra\).*s5 \(T1 cor\).*--role t1=s3"):
        read_study(folder)
    assert inspect(folder)[0].rivals == ("s5 is also t1",)


@pytest.mark.parametrize("name", ["s5", "S5", "2.25.85", "5", "T1 cor", "t1 COR"])
def test_the_user_names_a_series_by_key_uid_number_or_description(write, name):
    folder = write([*numbered_series(3, "T1 tra"), *numbered_series(5, "T1 cor")])
    study = read_study(folder, roles={"t1": name})
    assert study.series[Role.T1].notes == ("t1 is s5: chosen by the user",)
    assert study.notes == ("1 series without a role were left out",)


def test_the_users_word_beats_the_guess(write):
    folder = write([*numbered_series(3, "T1 tra"), *numbered_series(5, "T2 tra")])
    assert set(read_study(folder, roles={"t2_fs": "s3"}).series) == {Role.T2_FS, Role.T2}


def test_an_unknown_series_is_refused_with_those_present(write):
    with pytest.raises(InputError, match=r"no series 'STIR'.*s3 \(T1 tra\)"):
        read_study(write(numbered_series(3, "T1 tra")), roles={"t2_fs": "STIR"})


def test_an_unknown_role_is_refused(write):
    with pytest.raises(SettingError, match="'t3' is no role"):
        read_study(write(numbered_series(3, "T1 tra")), roles={"t3": "s3"})


def test_a_description_of_two_series_is_refused(write):
    folder = write([*numbered_series(3, "T1 tra"), *numbered_series(5, "T1 tra")])
    with pytest.raises(AmbiguityError, match="names 2 series for t1"):
        read_study(folder, roles={"t1": "T1 tra"})


def test_one_b_value_cannot_serve_as_dwi(write):
    folder = write(numbered_series(3, "DWI", DiffusionBValue=800.0))
    with pytest.raises(InputError, match="at least two b-values"):
        read_study(folder, roles={"dwi": "s3"})


def test_time_points_cannot_serve_as_t1(formula, write):
    instances = formula(volumes=[{"TemporalPositionIdentifier": n} for n in (1, 2)]).instances()
    with pytest.raises(InputError, match="several volumes cannot serve as t1"):
        read_study(write(instances), roles={"t1": "s4"})


def test_too_few_slices_are_refused(write, shared_data):
    with pytest.raises(InputError, match="too few slices"):
        read_study(write(numbered_series(3, "T1 tra")[:2]))
    with pytest.raises(InputError):
        read_study(shared_data / "header_variants" / "failing" / "slicecount")


def test_a_study_without_a_series_of_use_says_what_each_one_is(write):
    with pytest.raises(InputError, match=r"no series of this study has a role.*s3 \(scout\): .*localizer"):
        read_study(write(numbered_series(3, "scout")))


def test_a_series_of_no_use_may_be_broken(write):
    """A localizer in three planes makes no volume; nothing asks for it."""
    localizer = numbered_series(1, "localizer", ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    localizer[0].ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    folder = write([*localizer, *numbered_series(3, "T1 tra")])
    assert set(read_study(folder).series) == {Role.T1}
    assert "changing orientation" in inspect(folder)[0].problem


def test_plain_t1_comes_before_fat_suppressed_t1(write):
    """The rim of fat is read on T1 without fat suppression, so that one is `t1` where there are both."""
    plain = numbered_series(3, "T1 tra")
    suppressed = numbered_series(5, "T1 tra fs")
    assert read_study(write([*plain, *suppressed])).series[Role.T1].notes[0].startswith("t1 is s3")
