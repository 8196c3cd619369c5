"""Words of a sidecar beside those that the DICOM reader knows; what cannot be understood is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from pnst.errors import InputError
from pnst.io.nifti.sidecar import acquisition_of
from pnst.io.nifti.sidecar_words import contrast_agent_of, fat_suppression_of

FILE = Path("a.json")


@pytest.mark.parametrize(
    ("facts", "suppressed"),
    [
        ({"FatSuppression": "Yes"}, True),
        ({"FatSuppression": 1}, True),
        ({"FatSuppression": 1.0}, True),
        ({"FatSuppression": "spair"}, True),
        ({"FatSuppression": "No"}, False),
        ({"FatSuppression": 0}, False),
        ({"FatSuppression": False, "ScanOptions": "FS"}, False),
        ({"FatSuppression": None, "ScanOptions": "FS"}, True),
        ({"FatSuppression": ""}, None),
        ({"ScanOptions": "FATSAT"}, True),
        ({"ScanOptions": "PFP_FAT_SAT"}, True),
        ({"ScanOptions": ["SPAIR"]}, True),
        ({"ScanOptions": ["PFP", "SP"]}, False),
        ({"ScanOptions": []}, None),
        ({}, None),
    ],
)
def test_fat_suppression_is_understood_as_in_dicom(facts, suppressed):
    assert fat_suppression_of(facts, FILE) is suppressed


@pytest.mark.parametrize(
    ("facts", "agent"),
    [
        ({"ContrastBolusIngredient": "GADOLINIUM", "ContrastBolusAgent": "NONE"}, True),
        ({"ContrastBolusIngredient": "", "ContrastBolusAgent": "gadobutrol"}, True),
        ({"ContrastBolusIngredient": "No", "ContrastBolusAgent": "gadobutrol"}, False),
        ({"ContrastBolusIngredient": True}, True),
        ({"ContrastBolusAgent": "none"}, False),
        ({"ContrastBolusAgent": ""}, None),
    ],
)
def test_a_contrast_agent_is_understood_as_in_dicom(facts, agent):
    assert contrast_agent_of(facts, FILE) is agent


@pytest.mark.parametrize(
    "facts",
    [
        {"FatSuppression": "Doe^John"},
        {"FatSuppression": 2},
        {"FatSuppression": []},
        {"ScanOptions": 4},
        {"ScanOptions": ["FS", 1]},
        {"ContrastBolusAgent": 3},
    ],
)
def test_a_fact_that_cannot_be_understood_is_refused_without_repeating_it(facts):
    with pytest.raises(InputError, match=r"a\.json") as refusal:
        acquisition_of(facts, FILE)
    assert "Doe" not in str(refusal.value)
