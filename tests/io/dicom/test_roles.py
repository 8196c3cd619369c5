"""Roles from physics first, then from the description; every guess has its reason, and the user's word beats it."""

from __future__ import annotations

import pytest

from pnst.errors import AmbiguityError, InputError, SettingError
from pnst.io.dicom.keywords import keywords_of
from pnst.io.study import inspect, read_study
from pnst.study import Role


def series_of(formula, number, description="", **elements):
    instances = formula().instances()
    for ds in instances:
        ds.SeriesNumber, ds.SeriesDescription = number, description
        ds.SeriesInstanceUID, ds.SOPInstanceUID = f"2.25.8{number}", f"{ds.SOPInstanceUID}{number:02d}"
        for name, value in elements.items():
            setattr(ds, name, value)
    return instances


@pytest.mark.parametrize(
    ("elements", "role"),
    [
        ({"RepetitionTime": 550, "EchoTime": 11, "ScanningSequence": "SE"}, Role.T1),
        ({"RepetitionTime": 550, "EchoTime": 11, "ContrastBolusAgent": "gadobutrol"}, Role.T1_POST),
        ({"RepetitionTime": 550, "EchoTime": 11, "ContrastBolusAgent": "NONE"}, Role.T1),
        ({"RepetitionTime": 4500, "EchoTime": 90}, Role.T2),
        ({"RepetitionTime": 4500, "EchoTime": 90, "ScanOptions": ["PFP", "FS"]}, Role.T2_FS),
        ({"RepetitionTime": 4500, "EchoTime": 60, "InversionTime": 160}, Role.T2_FS),  # STIR
        ({"RepetitionTime": 9000, "EchoTime": 120, "InversionTime": 2500}, None),  # FLAIR
        ({"RepetitionTime": 2500, "EchoTime": 10, "InversionTime": 900}, Role.T1),  # T1 by inversion
        ({"RepetitionTime": 3500, "EchoTime": 12}, None),  # proton density
        ({"RepetitionTime": 5, "EchoTime": 2.3, "ScanningSequence": "GR"}, Role.T1),
        ({"RepetitionTime": 600, "EchoTime": 20, "ScanningSequence": "GR"}, None),  # T2*
        ({"RepetitionTime": 3500, "EchoTime": 45}, None),  # between proton density and T2
        ({}, None),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"], "RepetitionTime": 5, "EchoTime": 2}, None),
        ({"ImageType": ["DERIVED", "SECONDARY", "FA"]}, None),
        ({"ImageType": ["DERIVED", "PRIMARY", "WATER"]}, Role.WATER),
        ({"ImageType": ["DERIVED", "PRIMARY", "DIXON", "WATER"], "EchoTime": 85, "RepetitionTime": 4000}, Role.T2_FS),
        ({"ImageType": ["DERIVED", "PRIMARY", "FAT"]}, Role.FAT),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "M", "IP"]}, None),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "P", "ND"]}, None),  # phase
        ({"DiffusionBValue": 800.0}, None),  # one b-value is no diffusion series
        ({"Modality": "CT", "RepetitionTime": 550, "EchoTime": 11}, None),
    ],
)
def test_physics_alone_tells_the_role(formula, write, elements, role):
    """Witness: the field's usual limits of TR, TE and TI, as `roles` states them."""
    (guess,) = inspect(write(series_of(formula, 3, **elements)))
    assert guess.role is role
    assert guess.reason


def test_physics_beats_the_description_which_stays_as_a_rival(formula, write):
    (guess,) = inspect(write(series_of(formula, 3, "T1 tra", RepetitionTime=4500, EchoTime=90)))
    assert guess.role is Role.T2
    assert guess.rivals == ("t1: its description",)


@pytest.mark.parametrize(
    ("description", "role"),
    [
        ("AXIAL SE T1 - RESEARCH", Role.T1),
        ("AXIAL SE T2 FAT SAT - RESEARCH", Role.T2_FS),
        ("t1_tse_tra nach KM", Role.T1_POST),  # German
        ("t1_tse_tra vor KM", Role.T1),
        ("T2 TSE fettgesättigt", Role.T2_FS),
        ("T1 après injection", Role.T1_POST),  # French
        ("T1 sans injection", Role.T1),
        ("T1 SE con contraste", Role.T1_POST),  # Spanish
        ("T1 sin contraste", Role.T1),
        ("T2 TSE saturación grasa", Role.T2_FS),
        ("T1 dopo mdc", Role.T1_POST),  # Italian
        ("AX T1 FS +C", Role.T1_POST),
        ("T1 w/o contrast", Role.T1),
        ("sT2W_SPAIR", Role.T2_FS),
        ("COR STIR", Role.T2_FS),
        ("t2_tirm_tra_dark-fluid", None),
        ("T2* GRE", None),
        ("SAG PD FS", None),
        ("t2_tse no fs", Role.T2),
        ("3-Plane Loc", None),
        ("T1 subtraction", None),
        ("DWI b800", None),
        ("t1_vibe_dixon_tra_W", Role.WATER),
        ("t1_vibe_dixon_tra_F", Role.FAT),
        ("t1_vibe_dixon_tra_opp", None),
        ("FAT SAT T2", Role.T2_FS),
        ("T1 subcutaneous", Role.T1),
        ("T2 压脂", Role.T2_FS),
        ("knee", None),
    ],
)
def test_a_description_tells_the_role_where_the_header_has_no_physics(formula, write, description, role):
    instances = series_of(formula, 3, description, SpecificCharacterSet="ISO_IR 192")
    (guess,) = inspect(write(instances))
    assert guess.role is role


def test_flair_is_no_fluid_sensitive_series_though_its_echo_is_long(formula, write):
    (guess,) = inspect(write(series_of(formula, 3, "T2 FLAIR", RepetitionTime=9000, EchoTime=120)))
    assert guess.role is None


def test_words_of_nothing_are_none():
    assert keywords_of("") == frozenset()
    assert keywords_of("knee right") == frozenset()


def test_two_series_that_could_be_t1_are_refused_with_the_way_to_choose(formula, write):
    folder = write([*series_of(formula, 3, "T1 tra"), *series_of(formula, 5, "T1 cor")])
    with pytest.raises(AmbiguityError, match=r"2 series could be t1.*s3 \(T1 tra\).*s5 \(T1 cor\).*--role t1=s3"):
        read_study(folder)
    assert inspect(folder)[0].rivals == ("s5 is also t1",)


@pytest.mark.parametrize("name", ["s5", "S5", "2.25.85", "5", "T1 cor", "t1 COR"])
def test_the_user_names_a_series_by_key_uid_number_or_description(formula, write, name):
    folder = write([*series_of(formula, 3, "T1 tra"), *series_of(formula, 5, "T1 cor")])
    study = read_study(folder, roles={"t1": name})
    assert study.series[Role.T1].notes == ("t1 is s5: chosen by the user",)
    assert study.notes == ("1 series without a role were left out",)


def test_the_users_word_beats_the_guess(formula, write):
    folder = write([*series_of(formula, 3, "T1 tra"), *series_of(formula, 5, "T2 tra")])
    assert set(read_study(folder, roles={"t2_fs": "s3"}).series) == {Role.T2_FS, Role.T2}


def test_an_unknown_series_is_refused_with_those_present(formula, write):
    with pytest.raises(InputError, match=r"no series 'STIR'.*s3 \(T1 tra\)"):
        read_study(write(series_of(formula, 3, "T1 tra")), roles={"t2_fs": "STIR"})


def test_an_unknown_role_is_refused(formula, write):
    with pytest.raises(SettingError, match="'t3' is no role"):
        read_study(write(series_of(formula, 3, "T1 tra")), roles={"t3": "s3"})


def test_a_description_of_two_series_is_refused(formula, write):
    folder = write([*series_of(formula, 3, "T1 tra"), *series_of(formula, 5, "T1 tra")])
    with pytest.raises(AmbiguityError, match="names 2 series for t1"):
        read_study(folder, roles={"t1": "T1 tra"})


def test_one_b_value_cannot_serve_as_dwi(formula, write):
    folder = write(series_of(formula, 3, "DWI", DiffusionBValue=800.0))
    with pytest.raises(InputError, match="at least two b-values"):
        read_study(folder, roles={"dwi": "s3"})


def test_time_points_cannot_serve_as_t1(formula, write):
    instances = formula(volumes=[{"TemporalPositionIdentifier": n} for n in (1, 2)]).instances()
    with pytest.raises(InputError, match="several volumes cannot serve as t1"):
        read_study(write(instances), roles={"t1": "s4"})


def test_too_few_slices_are_refused(formula, write, shared_data):
    with pytest.raises(InputError, match="too few slices"):
        read_study(write(series_of(formula, 3, "T1 tra")[:2]))
    with pytest.raises(InputError):
        read_study(shared_data / "header_variants" / "failing" / "slicecount")


def test_a_study_without_a_series_of_use_says_what_each_one_is(formula, write):
    with pytest.raises(InputError, match=r"no series of this study has a role.*s3 \(scout\): .*localizer"):
        read_study(write(series_of(formula, 3, "scout")))


def test_a_series_of_no_use_may_be_broken(formula, write):
    """A localizer in three planes makes no volume; nothing asks for it."""
    localizer = series_of(formula, 1, "localizer", ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    localizer[0].ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    folder = write([*localizer, *series_of(formula, 3, "T1 tra")])
    assert set(read_study(folder).series) == {Role.T1}
    assert "changing orientation" in inspect(folder)[0].problem


def test_plain_t1_comes_before_fat_suppressed_t1(formula, write):
    """The rim of fat is read on T1 without fat suppression, so that one is `t1` where there are both."""
    plain = series_of(formula, 3, "T1 tra")
    suppressed = series_of(formula, 5, "T1 tra fs")
    assert read_study(write([*plain, *suppressed])).series[Role.T1].notes[0].startswith("t1 is s3")


def test_the_sarcoma(shared_data):
    """Regression: T1 and fat-suppressed T2 by their descriptions, for want of TR and TE."""
    study = read_study(shared_data / "sts001_raw" / "dicom")
    assert {role: series.volume.data.shape for role, series in study.series.items()} == {
        Role.T1: (512, 512, 40),
        Role.T2_FS: (384, 384, 40),
    }
    assert [guess.role for guess in inspect(shared_data / "sts001_raw")] == [Role.T2_FS, Role.T1]


def test_the_siemens_maps_beside_raw_diffusion(shared_data):
    study = read_study(shared_data / "siemens_xa30_dwi_adc")
    assert set(study.series) == {Role.DWI, Role.ADC}
    assert study.series[Role.DWI].volume.data.shape == (72, 72, 39, 21)
    reasons = {guess.key: guess.reason for guess in inspect(shared_data / "siemens_xa30_dwi_adc")}
    assert reasons["s13"] == "its image type says computed map"
    assert reasons["s12"].startswith("diffusion with only b = 2500")
