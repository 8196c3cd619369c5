"""What file names say. Witness: names as DESIGN and public data sets write them, and names that say nothing."""

from __future__ import annotations

import pytest

from pnst.io.name_guess import guess_by_name
from pnst.study import Role


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("case_T1_image", Role.T1),
        ("sub01-t1w", Role.T1),
        ("MR_T1_image", Role.T1),
        ("T1WI", Role.T1),
        ("P3_t1_gd", Role.T1_POST),
        ("t1ce", Role.T1_POST),
        ("UPENN_t1gd", Role.T1_POST),
        ("T2_FS_ax", Role.T2_FS),
        ("STIR_cor", Role.T2_FS),
        ("T2-SPAIR", Role.T2_FS),
        ("t2w", Role.T2),
        ("P3-ADC", Role.ADC),
        ("ADCmap", Role.ADC),
        ("dwi_b800", Role.DWI),
        ("dixon_w", Role.WATER),
    ],
)
def test_the_role_that_a_name_says(name, role):
    guess = guess_by_name(name)
    assert (guess.role, guess.drawn) == (role, False)
    assert guess.reason.startswith("its name says")


@pytest.mark.parametrize("name", ["image", "case12", "brain1_image", "flair", "1_pd", "t1_t2_ratio", "fa_map"])
def test_a_name_that_says_no_role(name):
    assert guess_by_name(name).role is None
    assert not guess_by_name(name).is_lesion


@pytest.mark.parametrize("name", ["MR_T1_mask", "case1_seg", "T1_Tumour", "lesion", "GTV_Mass", "x_label"])
def test_what_was_drawn_is_no_series(name):
    guess = guess_by_name(name)
    assert guess.role is None
    assert guess.is_lesion


@pytest.mark.parametrize(("name", "tissue"), [("muscle_seg", "muscle"), ("GTV_Edema", "edema"), ("cord_mask", "cord")])
def test_what_was_drawn_of_another_tissue_is_no_lesion(name, tissue):
    guess = guess_by_name(name)
    assert (guess.drawn, guess.tissue, guess.is_lesion) == (True, tissue, False)
