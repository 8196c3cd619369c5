"""One series a role: the user's word first, then the one guess; never one of several."""

from __future__ import annotations

import pytest

from dicom_series import numbered_series, save
from pnst.errors import AmbiguityError, GeometryError, InputError, SettingError
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


CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
PLACE = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness")


def captures(number, uid, **elements):
    """Three pictures of a T1's images, called T1, without a place."""
    instances = numbered_series(number, "T1 key images", SeriesInstanceUID=uid, **elements)[:3]
    for ds in instances:
        for name in PLACE:
            del ds[name]
        ds.SOPInstanceUID += "99"
    return instances


@pytest.mark.parametrize(
    "elements",
    [
        {"SOPClassUID": CAPTURE},
        {"SOPClassUID": CAPTURE + ".2"},
        {"ImageType": ["DERIVED", "SECONDARY"]},
        {"ConversionType": "WSD"},
        {"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]},
    ],
)
@pytest.mark.parametrize("uid", ["2.25.899", "2.25.83"], ids=["its own series", "inside the T1"])
def test_captures_neither_compete_nor_spoil_the_series_they_lie_in(write, elements, uid):
    t1 = numbered_series(3, "T1 tra", RepetitionTime=550, EchoTime=11)
    study = read_study(write([*t1, *captures(99, uid, **elements)]))
    assert study.series[Role.T1].volume.data.shape == (7, 6, 5)


def test_a_slice_that_lost_its_place_is_no_capture(write):
    t1 = numbered_series(3, "T1 tra", RepetitionTime=550, EchoTime=11)
    del t1[4].ImagePositionPatient
    with pytest.raises(GeometryError, match="without position"):
        read_study(write(t1))


@pytest.mark.parametrize(
    ("description", "elements"),
    [
        ("T1 MPR cor", {}),
        ("T1 tra reformatted", {}),
        ("T1 tra", {"ImageType": ["DERIVED", "SECONDARY", "MPR"]}),
        ("T1 tra", {"ImageType": ["DERIVED", "SECONDARY", "OTHER"]}),
    ],
)
def test_a_reformat_serves_only_where_there_is_no_original(write, tmp_path, description, elements):
    original = numbered_series(3, "T1 tra", RepetitionTime=550, EchoTime=11)
    reformat = numbered_series(4, description, RepetitionTime=550, EchoTime=11, **elements)
    note = read_study(write([*original, *reformat])).series[Role.T1].notes[0]
    assert note.startswith("t1 is s3: ")
    assert "passed over: s4" in note
    assert read_study(save(reformat, tmp_path / "alone")).series[Role.T1].notes[0].startswith("t1 is s4: ")


def test_a_series_in_several_planes_is_a_localizer(write):
    """Without the word and the image type: a gradient echo of nine slices in three planes, T1 by its times."""
    t1 = numbered_series(3, "T1 tra", RepetitionTime=550, EchoTime=11)
    planes = [[1, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, -1], [1, 0, 0, 0, 0, -1]]
    located = [ds for n in (4, 5, 6) for ds in numbered_series(n, "", RepetitionTime=5, EchoTime=2.3)[:3]]
    for n, ds in enumerate(located):
        ds.SeriesNumber, ds.SeriesInstanceUID = 9, "2.25.89"
        ds.ImageOrientationPatient, ds.ScanningSequence = planes[n // 3], "GR"
    folder = write([*t1, *located])
    assert read_study(folder).series[Role.T1].notes[0].startswith("t1 is s3: ")
    assert [g.reason for g in inspect(folder) if g.key == "s9"] == ["its slices lie in 3 planes: a localizer"]


def test_a_stack_of_two_slices_does_not_compete_with_a_whole_one(write):
    whole = numbered_series(3, "T1 tra", RepetitionTime=550, EchoTime=11)
    part = numbered_series(4, "T1 cor", RepetitionTime=550, EchoTime=11)[:2]
    assert "passed over: s4" in read_study(write([*whole, *part])).series[Role.T1].notes[0]
