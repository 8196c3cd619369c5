"""Codes of DICOM segments. Witness: the dictionary of codes that pydicom makes from DICOM PS3.16."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest
from pydicom.sr.codedict import codes

from pnst.io.masks.schemes.codes import mask_of_code

ROWS = list(csv.DictReader(files("pnst.io.masks.schemes").joinpath("codes.csv").read_text("utf-8").splitlines()))


def test_no_code_stands_twice():
    assert len({row["code"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(
    ("keyword", "mask"),
    [
        ("SpinalCord", "cord"),
        ("VertebralCanal", "canal"),
        ("CerebrospinalFluid", "csf"),
        ("Vertebra", "vertebrae"),
        ("C1Vertebra", "vertebra_C1"),
        ("T12Vertebra", "vertebra_T12"),
        ("L3Vertebra", "vertebra_L3"),
        ("Sacrum", "vertebra_S1"),
        ("SkeletalMuscle", "muscle"),
        ("Femur", "bone"),
        ("Aorta", "vessels"),
        ("Edema", "edema"),
        ("PeripheralNerve", "nerve"),
        ("Liver", None),
        ("Neoplasm", None),
    ],
)
def test_a_code_of_the_standard_is_the_mask_it_means(keyword, mask):
    """Witness: pydicom's SNOMED CT code of that keyword."""
    assert mask_of_code(getattr(codes.SCT, keyword).value, "SCT") == mask


@pytest.mark.parametrize("level", [*(f"C{n}" for n in range(1, 8)), *(f"T{n}" for n in range(1, 13)), "L1", "L5"])
def test_every_level_is_the_vertebra_of_its_code(level):
    """Witness: pydicom's SNOMED CT code of each vertebra."""
    assert mask_of_code(getattr(codes.SCT, f"{level}Vertebra").value, "SCT") == f"vertebra_{level}"


def test_former_codes_are_known_and_other_schemes_are_not():
    assert mask_of_code("T-A7010", "SRT") == "cord"
    assert mask_of_code("2748008", "FMA") is None
    assert mask_of_code("T-A7010", "SCT") is None
    assert mask_of_code("", "SCT") is None
