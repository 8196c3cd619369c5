"""Witnesses: closed forms of the surface; refusals."""

from __future__ import annotations

from typing import Any

import pytest

from pnst.errors import SettingError
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.tissue import TISSUES, Tissue


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("radii_mm", (0.0, 10.0, 10.0)),
        ("radii_mm", (10.0, float("nan"), 10.0)),
        ("edge_sigma_mm", -1.0),
        ("edema_mm", float("inf")),
        ("edema_irregularity", 1.2),
        ("rim_cap_deg", 200.0),
        ("rim_poles", "three"),
        ("rim_mm", 0.0),
        ("lobes", 1),
        ("lobes", 3),
        ("lobe_depth", 0.1),
        ("roughness_degrees", (6, 3)),
        ("indistinct_axis", (0.0, 0.0, 0.0)),
        ("d_um2_per_ms", 0.0),
        ("target_core", 1.0),
        ("hypovascular_core", 0.96),
        ("capsule_mm", -0.1),
        ("capsule_mm", 5.0),
        ("texture", 0.4),
        ("texture_mm", 1.0),
        ("uptake_mmol_per_l", -0.1),
        ("core_uptake_mmol_per_l", 11.0),
    ],
)
def test_an_impossible_tumour_is_refused_by_the_name_of_its_field(field: str, value: Any) -> None:
    with pytest.raises(SettingError, match=field):
        LesionSpec(**{field: value})


def test_a_capsule_needs_a_sharp_edge() -> None:
    with pytest.raises(SettingError, match="capsule_mm"):
        LesionSpec(capsule_mm=1.0, edge_sigma_mm=2.0)


def test_constituents_differ_as_asked_and_other_tissues_stay_the_tables() -> None:
    lesion = LesionSpec(d_um2_per_ms=1.2, uptake_mmol_per_l=0.5, core_uptake_mmol_per_l=0.1)
    assert lesion.properties(Tissue.TUMOUR) == lesion.properties(Tissue.STROMA) == lesion.tissue
    assert lesion.tissue.uptake_mmol_per_l == 0.5
    core = lesion.properties(Tissue.HYPOVASCULAR_CORE)
    assert (core.uptake_mmol_per_l, core.d_um2_per_ms) == (0.1, 1.2)
    assert lesion.properties(Tissue.MUSCLE) is TISSUES[Tissue.MUSCLE]
