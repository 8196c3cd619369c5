"""Two typical descriptions. They show the signs that the literature names; they are no evidence for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.spec import Spec


def benign() -> Spec:
    """A smooth, sharp, fusiform tumour of 44 mm in a capsule, with a target sign and fat on both poles, no oedema and
    free diffusion.
    """
    lesion = LesionSpec(
        radii_mm=(11.0, 13.0, 22.0),
        tilt_deg=(8.0, -6.0, 0.0),
        rim_cap_deg=65.0,
        roughness=0.01,
        d_um2_per_ms=1.9,
        capsule_mm=0.8,
        target_core=0.55,
    )
    return Spec(lesion=lesion, whole_numbers=True, bias=0.05, case_id="simulated-benign")


def malignant() -> Spec:
    """A large, irregular tumour with an infiltrating edge, oedema, peripheral enhancement, restricted diffusion, and
    no fat rim though a fascial plane is near.
    """
    lesion = LesionSpec(
        radii_mm=(20.0, 18.0, 28.0),
        tilt_deg=(-10.0, 12.0, 0.0),
        roughness=0.07,
        roughness_degrees=(3, 7),
        edge_sigma_mm=2.2,
        indistinct_cap_deg=100.0,
        edema_mm=20.0,
        edema_irregularity=0.6,
        d_um2_per_ms=1.0,
        hypovascular_core=0.65,
    )
    surround = SurroundSpec(fat_plane_mm=8.0, fat_plane_axis=(0.6, 1.0, 0.0))
    return Spec(lesion=lesion, surround=surround, whole_numbers=True, bias=0.05, case_id="simulated-malignant")


PRESETS: Mapping[str, Callable[[], Spec]] = MappingProxyType({"benign": benign, "malignant": malignant})
"""By the name that `pnst phantom --like` takes."""
