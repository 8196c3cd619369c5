"""Roles from physics first, then from the description; every guess has its reason, and the user's word beats it."""

from __future__ import annotations

import pytest

from dicom_series import numbered_series
from pnst.io.study import inspect, read_study
from pnst.study import Role


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
def test_physics_alone_tells_the_role(write, elements, role):
    """Witness: the field's usual limits of TR, TE and TI, as `roles` states them."""
    (guess,) = inspect(write(numbered_series(3, **elements)))
    assert guess.role is role
    assert guess.reason


def test_physics_beats_the_description_which_stays_as_a_rival(write):
    (guess,) = inspect(write(numbered_series(3, "T1 tra", RepetitionTime=4500, EchoTime=90)))
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
def test_a_description_tells_the_role_where_the_header_has_no_physics(write, description, role):
    instances = numbered_series(3, description, SpecificCharacterSet="ISO_IR 192")
    (guess,) = inspect(write(instances))
    assert guess.role is role


def test_flair_is_no_fluid_sensitive_series_though_its_echo_is_long(write):
    (guess,) = inspect(write(numbered_series(3, "T2 FLAIR", RepetitionTime=9000, EchoTime=120)))
    assert guess.role is None


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
