"""Published label tables. Witness: values copied by hand from the programs' own pages, and a vocabulary of masks."""

from __future__ import annotations

import re

import pytest

from pnst.errors import SettingError
from pnst.io.masks.schemes.names import STRUCTURES
from pnst.io.masks.schemes.table import TOOLS, label_scheme, schemes, structure_tool

MASK = re.compile(rf"({'|'.join(STRUCTURES)}|vertebra_(C[1-7]|T([1-9]|1[0-2])|L[1-6]|S1))")

PUBLISHED = {
    "totalspineseg": {
        1: ("spinal_cord", "cord"),
        2: ("spinal_canal", "canal"),
        11: ("vertebrae_C1", "vertebra_C1"),
        21: ("vertebrae_T1", "vertebra_T1"),
        32: ("vertebrae_T12", "vertebra_T12"),
        45: ("vertebrae_L5", "vertebra_L5"),
        50: ("sacrum", "vertebra_S1"),
        71: ("disc_C7_T1", None),
        100: ("disc_L5_S", None),
    },
    "spineps": {
        41: ("Arcus_Vertebrae", "vertebrae"),
        49: ("Vertebra_Corpus_border", "vertebrae"),
        60: ("Spinal_Cord", "cord"),
        61: ("Spinal_Canal", "canal"),
        26: ("Sacrum", "vertebra_S1"),
        100: ("Vertebra_Disc", None),
    },
    "spineps_vertebrae": {
        7: ("C7", "vertebra_C7"),
        8: ("T1", "vertebra_T1"),
        19: ("T12", "vertebra_T12"),
        20: ("L1", "vertebra_L1"),
        25: ("L6", "vertebra_L6"),
        28: ("T13", "vertebrae"),
        120: ("L1_ivd", None),
        222: ("L3_endplate", None),
    },
    "totalsegmentator_mr": {
        18: ("sacrum", "vertebra_S1"),
        19: ("vertebrae", "vertebrae"),
        21: ("spinal_cord", "cord"),
        23: ("aorta", "vessels"),
        29: ("iliac_vena_right", "vessels"),
        33: ("scapula_right", "bone"),
        38: ("hip_left", "bone"),
        49: ("iliopsoas_right", "muscle"),
        5: ("liver", None),
        50: ("brain", None),
    },
    "totalsegmentator_mr_before_2_5": {
        32: ("fibula", "bone"),
        38: ("gluteus_maximus_left", "muscle"),
        47: ("iliopsoas_right", "muscle"),
        55: ("sartorius_right", "muscle"),
        56: ("brain", None),
    },
    "totalsegmentator_vertebrae_mr": {
        1: ("sacrum", "vertebra_S1"),
        2: ("vertebrae_L5", "vertebra_L5"),
        7: ("vertebrae_T12", "vertebra_T12"),
        19: ("vertebrae_C7", "vertebra_C7"),
        25: ("vertebrae_C1", "vertebra_C1"),
    },
    "totalsegmentator_thigh_shoulder_muscles_mr": {1: ("quadriceps_femoris_left", "muscle")},
    "totalsegmentator_appendicular_bones_mr": {8: ("radius", "bone")},
    "totalsegmentator_tissue_types_mr": {1: ("subcutaneous_fat", None), 3: ("skeletal_muscle", "muscle")},
    "sct_spinalcord": {1: ("spinal cord", "cord")},
    "sct_canal": {1: ("spinal canal", "canal")},
    "sct_vertebrae": {3: ("cord at C3", "cord"), 20: ("cord at L1", "cord")},
    "sct_rootlets": {5: ("rootlets of spinal level 5", None)},
}
COUNTS = {"totalsegmentator_mr": 50, "totalsegmentator_mr_before_2_5": 56, "totalsegmentator_vertebrae_mr": 25}


def test_the_tables_hold_what_the_programs_publish():
    """Witness: copied by hand from README and source of each program, at the commits that the tables name."""
    assert set(PUBLISHED) == set(schemes())
    for name, rows in PUBLISHED.items():
        labels = label_scheme(name).labels
        for number, (published, mask) in rows.items():
            assert (labels[number].name, labels[number].masks) == (published, () if mask is None else (mask,))
    for name, count in COUNTS.items():
        assert sorted(label_scheme(name).labels) == list(range(1, count + 1))


@pytest.mark.parametrize("name", list(PUBLISHED))
def test_each_mask_is_one_of_ours_and_each_table_names_its_source(name):
    scheme = label_scheme(name)
    assert all(MASK.fullmatch(mask) for label in scheme.labels.values() for mask in label.masks)
    assert re.search(r"commit\s[0-9a-f]{40}|models\.py", scheme.source)
    assert set(scheme.includes) <= {mask for label in scheme.labels.values() for mask in label.masks}


def test_a_number_that_the_table_lacks():
    assert label_scheme("totalspineseg").unknown([1, 200, 2, 35, 200]) == [35, 200]
    assert label_scheme("totalspineseg").unknown([1, 2, 50]) == []


def test_an_unknown_scheme_or_program_is_refused_with_those_that_there_are():
    with pytest.raises(SettingError, match=r"got: totalspine; expected: totalspineseg, spineps, .*sct_rootlets"):
        label_scheme("totalspine")
    with pytest.raises(SettingError, match=r"got: nnunet; expected: totalspineseg, spineps, totalsegmentator, sct;"):
        structure_tool("nnunet")


@pytest.mark.parametrize("name", TOOLS)
def test_each_program_is_started_on_one_image_in_one_folder(name):
    tool = structure_tool(name)
    for words in tool.runs:
        assert words[0] == tool.program
        assert words.count("{image}") == 1
        assert not any("{" in word.replace("{image}", "").replace("{folder}", "") for word in words)
    assert set(tool.answers.values()) <= set(schemes())
    assert tool.image.endswith(".nii.gz")
