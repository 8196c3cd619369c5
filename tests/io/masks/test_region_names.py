"""Witness: names decided by reading, in the five languages; what may be written holds no name, date or number."""

from __future__ import annotations

import pytest

from pnst.io.masks.region_names import safe_label, tissue, visible

NAMED = {
    "edema": [
        "GTV_Edema",
        "GTVEdema",
        "GTVedema",
        "edema2",
        "Oedema",
        "OEDEMA",
        "Ödem",
        "Oedem",
        "Tumorödem",
        "Muskelödem",
        "peritumoral_oedema",
        "œdème",
        "Oedème",
        "edème",
        "edema_peritumorale",
        "Tumor-Edema",
        "lymphedema",
        "Perifokales Ödem",
        "oedema around the tumour",
        "edema of muscle",
        "œdème péritumoral",
    ],
    "muscle": [
        "muscle",
        "Muscle_ref",
        "muscleLeft",
        "MUSCLE",
        "Muskel",
        "Muskulatur",
        "muscolo",
        "muscoli",
        "músculo",
        "musculos",
        "psoas",
        "Oberschenkelmuskel",
        "Muskel links",
        "muscles de la cuisse",
        "Edema-free muscle",
        "muscle without edema",
    ],
    "cord": ["Spinal Cord", "SpinalCord", "cord", "Myelon", "Rückenmark", "moelle épinière", "midollo", "médula"],
    "nerve": ["Nerve", "Sciatic nerve", "Nervus ischiadicus", "nerf", "nervo", "nervio"],
    "bone": ["bone", "Knochen", "Femur left", "hueso", "Beckenknochen"],
    "vessels": ["vessels", "Aorta", "Gefäß", "vaisseaux"],
    "fat": ["fat", "Fett", "graisse", "grasa", "subcutaneous fat"],
    "body": ["BODY", "External"],
    "background": ["background", "Hintergrund"],
}
LESIONS = [
    "GTV_Mass",
    "GTV",
    "CTV",
    "lesion",
    "Tumor 1",
    "ROI_3",
    "tumour in the muscle",
    "intramuscular mass",
    "Muskeltumor",
    "spinal cord tumour",
    "nerve sheath tumor",
    "Schwannoma of the sciatic nerve",
    "tumour without oedema",
    "Tumor ohne Ödem",
    "masse sans œdème",
    "GTV_Mass_and_Edema",
    "tumour + oedema",
    "Läsion",
    "lésion",
    "7",
    "",
    "cordoma",
    "fatigue study",
    "musings",
    "肿瘤",
]


@pytest.mark.parametrize(("meaning", "name"), [(meaning, name) for meaning, names in NAMED.items() for name in names])
def test_a_region_is_named_for_a_tissue(meaning, name):
    assert tissue(name) == meaning


@pytest.mark.parametrize("name", LESIONS)
def test_a_region_is_named_for_a_lesion_or_for_nothing(name):
    assert tissue(name) is None


def test_the_code_is_asked_where_the_name_says_nothing():
    assert tissue("Segment_2", "Edema") == "edema"
    assert tissue("Segment_2", "Neoplasm, Primary") is None
    assert tissue("tumour", "Edema") is None
    assert tissue("edema", "Neoplasm") == "edema"


WRITTEN = [
    "GTV_Mass",
    "tumour",
    "GTV-1",
    "part 2",
    "left thigh mass",
    "Ödem links",
    "T2_lesion",
    "NF1 lesion A",
    "segment 12",
]
NOT_WRITTEN = [
    "Doe^John",
    "GTV Müller",
    "MuellerTumor",
    "muellertumor",
    "tumour 19800204",
    "tumor 04.02.1980",
    "J D tumour",
    "=tumour",
    "@lesion",
    "-lesion",
    "lesion\tA=1",
    "<b>mass</b>",
    "",
    "   ",
    "tumour" * 20,
    "病人",
    "/home/doe/mass",
]


@pytest.mark.parametrize("name", WRITTEN)
def test_the_field_s_words_are_written_as_they_are(name):
    assert safe_label(name, 3) == name


@pytest.mark.parametrize("name", NOT_WRITTEN)
def test_any_other_name_becomes_its_number(name):
    assert safe_label(name, 3) == "3"


def test_a_number_of_any_length_is_its_own_name():
    assert safe_label("65535", 65535) == "65535"


def test_a_name_is_one_line_that_a_terminal_does_not_obey():
    assert visible("GTV\x1b[31m\n 1\u202e") == "GTV [31m 1"
    assert visible("u\u0308") == "\u00fc"
