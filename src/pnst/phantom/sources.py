"""Where the values of the tissue table were read. Nothing is named here that was not opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

ASSUMED = "assumed"
"""Plausible for the tissue, and read nowhere."""

NO_PROTONS = "no signal, no value"

CITATIONS: Mapping[str, str] = MappingProxyType(
    {
        "SpinSight": "tissue table at 3 T of the simulator SpinSight (bretglun/SpinSight, spinsight/constants.py)",
        "Bazelaire2004": "de Bazelaire 2004, doi 10.1148/radiol.2303021331 (abstract): in vivo at 3 T",
        "Englund2021": "Englund 2021, doi 10.1002/jmri.27875 (abstract): means over healthy muscle",
        "Steidle2011": "Steidle 2011, doi 10.1002/mrm.22699 (abstract): tibial marrow, 1.8–2.0e-5 mm2/s",
        "Preisner2021": "Preisner 2021, doi 10.1007/s00330-021-08072-9 (abstract): sciatic nerve at 3 T",
        "Kabakci2007": "Kabakci 2007, AJR 189(4), 923-7 (abstract): median nerve at 3 T",
        "Baum2018": "Baum 2018, doi 10.3389/fendo.2018.00141 (abstract): L1-L4 of men in their thirties",
        "WholeBody2021": "whole-body MRI of 100 asymptomatic people, PMC8161193 (abstract): water ADC of bone marrow",
        "Spine2020": "normal relaxation parameters of spine components, PMC7410772 (abstract; field not said)",
        "SubarachnoidCSF": "Quantification of T1 and T2 of subarachnoid CSF (abstract): 3 T",
        "Smith2008": "Smith 2008, doi 10.1002/mrm.21596 (abstract): white matter of the cervical cord at 3 T",
        "Bosma2012": "Bosma 2012, doi 10.1155/2012/143705 (abstract): white matter of the cord",
    }
)
"""By the name that a `Sources` gives."""


@dataclass(frozen=True)
class Sources:
    """Whence each group of a tissue's values: a name in `CITATIONS`, `ASSUMED` (with what for), or `NO_PROTONS`."""

    t1: str = ASSUMED
    t2: str = ASSUMED
    proton_density: str = ASSUMED
    diffusion: str = ASSUMED
    """Diffusion coefficient and flowing share."""
    fat_fraction: str = ASSUMED
    uptake: str = ASSUMED
    """Of contrast agent."""

    def __str__(self) -> str:
        """One line: what is sourced, with its citation, and what is assumed."""
        groups: dict[str, list[str]] = {}
        for group in fields(self):
            groups.setdefault(getattr(self, group.name), []).append(group.name.replace("_", " "))
        return "; ".join(f"{', '.join(names)}: {CITATIONS.get(source, source)}" for source, names in groups.items())
