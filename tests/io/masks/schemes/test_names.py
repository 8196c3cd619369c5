"""Names of structures. Witness: names as programs and datasets write them."""

from __future__ import annotations

import pytest

from pnst.io.masks.schemes.names import mask_of_name


@pytest.mark.parametrize(
    ("name", "mask"),
    [
        ("cord", "cord"),
        ("spinal_cord", "cord"),
        ("Spinal Cord", "cord"),
        ("spinal_canal", "canal"),
        ("CSF", "csf"),
        ("vertebrae", "vertebrae"),
        ("vertebrae_L3", "vertebra_L3"),
        ("vertebra L3", "vertebra_L3"),
        ("L3 vertebra", "vertebra_L3"),
        ("vertebraT12", "vertebra_T12"),
        ("sacrum", "vertebra_S1"),
        ("femur_left", "bone"),
        ("gluteus_maximus_right", "muscle"),
        ("aorta", "vessels"),
        ("Muskel links", "muscle"),
        ("nerve_other_side", "nerve_other_side"),
        ("L3", None),
        ("T2", None),
        ("vertebra T13", "vertebrae"),
        ("liver", None),
        ("tumour in vertebra", None),
        ("fat", None),
        ("", None),
    ],
)
def test_a_name_is_the_mask_that_it_means(name, mask):
    assert mask_of_name(name) == mask


def test_what_a_code_means_is_asked_where_the_name_says_nothing():
    assert mask_of_name("Segment 1", "Spinal cord") == "cord"
    assert mask_of_name("tumour", "Spinal cord") is None
