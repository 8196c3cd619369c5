"""Witnesses: the abstracts and the code that were opened, copied value by value; what was not says *assumed*."""

from __future__ import annotations

from dataclasses import fields

import pytest

from pnst.phantom.sources import ASSUMED, CITATIONS, NO_PROTONS, Sources
from pnst.phantom.tissue import TISSUES, Tissue

# Each value as its source prints it.
OPENED = {
    ("SpinSight", "t1"): {"FAT": 370, "CORTICAL_BONE": 1000, "MARROW": 898, "VERTEBRAL_MARROW": 898, "VEIN": 1932},
    ("SpinSight", "t2"): {"FAT": 130, "CORTICAL_BONE": 1, "MARROW": 34, "VERTEBRAL_MARROW": 34, "VEIN": 275},
    ("Bazelaire2004", "t1"): {"MUSCLE": 898},
    ("Bazelaire2004", "t2"): {"MUSCLE": 29},
    ("Englund2021", "diffusion"): {"MUSCLE": 1.46},
    ("Preisner2021", "t2"): {"NERVE": 64.54},
    ("Kabakci2007", "diffusion"): {"NERVE": 1.016},
    ("Baum2018", "fat_fraction"): {"VERTEBRAL_MARROW": 0.353},
    ("WholeBody2021", "diffusion"): {"VERTEBRAL_MARROW": 0.422, "MARROW": 0.422},
    ("Spine2020", "t1"): {"DISC": 1164.9},
    ("Spine2020", "t2"): {"DISC": 101.9},
    ("Spine2020", "proton_density"): {"DISC": 0.789, "VERTEBRAL_MARROW": 0.911, "CORD": 0.587},
    ("SubarachnoidCSF", "t1"): {"CSF": 4308.7},
    ("SubarachnoidCSF", "t2"): {"CSF": 1885.5},
    ("Smith2008", "t1"): {"CORD": 876},
    ("Smith2008", "t2"): {"CORD": 73},
    ("Bosma2012", "diffusion"): {"CORD": 0.93},
    ("Steidle2011", "diffusion"): {"FAT": 0.02},
}
GROUPS = {
    "t1": "t1_ms",
    "t2": "t2_ms",
    "proton_density": "proton_density",
    "diffusion": "d_um2_per_ms",
    "fat_fraction": "fat_fraction",
    "uptake": "uptake_mmol_per_l",
}


def groups(tissue: Tissue) -> list[tuple[str, str]]:
    return [(group.name, getattr(TISSUES[tissue].sources, group.name)) for group in fields(Sources)]


@pytest.mark.parametrize("tissue", Tissue, ids=lambda tissue: tissue.name)
def test_each_value_is_sourced_or_says_that_it_is_assumed(tissue: Tissue) -> None:
    for name, source in groups(tissue):
        assert source in CITATIONS or source.startswith(ASSUMED) or source == NO_PROTONS, (tissue.name, name)
    assert all(source == NO_PROTONS for _, source in groups(tissue)) is (tissue is Tissue.AIR)


def test_sourced_values_are_those_that_were_read() -> None:
    for (source, group), values in OPENED.items():
        for name, value in values.items():
            tissue = Tissue[name]
            assert getattr(TISSUES[tissue].sources, group) == source, name
            assert getattr(TISSUES[tissue], GROUPS[group]) == pytest.approx(value, rel=1e-3), (name, group)
