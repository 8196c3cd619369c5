"""Six simulated patients under the names of MSTT-199, to try the pipeline on. Test material, never clinical evidence.

python stand_in.py FOLDER

Every one is a simulated nerve sheath tumour, whatever the letter in its name: only names and files are those of the
data set.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pnst
from pnst.phantom import GridSpec, LesionSpec, Spec, simulate

IMAGES, MASKS = "image_isotropic_nii", "mask_isotropic_nii"
CASES = {"F01": 13.0, "L01": 15.0, "M01": 17.0, "N01": 14.0, "N02": 18.0, "V01": 16.0}
"""Patient → half the tumour's width in mm."""
ROLES = {"T1": pnst.Role.T1, "T2": pnst.Role.T2_FS}


def write_case(folder: Path, case: str, radius_mm: float, spacing_mm: float = 2.0) -> None:
    """T1, fat-suppressed T2 and mask on one isotropic grid; the first letter says how the mask was drawn."""
    grids = {role: GridSpec(spacing_mm=(spacing_mm,) * 3) for role in ROLES.values()}
    lesion = LesionSpec(radii_mm=(radius_mm, radius_mm, 1.3 * radius_mm), edema_mm=6.0 if case == "N02" else 0.0)
    made = simulate(Spec(lesion=lesion, roles=tuple(ROLES.values()), grids=grids), seed=sum(map(ord, case)))
    drawn_on = "T1" if case.startswith("L") else "T2"  # fat was drawn on T1
    joint = "_J" if case == "M01" else ""  # of several readers
    with tempfile.TemporaryDirectory() as place:
        pnst.write_study(made.study, Path(place, "study"), lesions=[made.lesion])
        files = {f"{IMAGES}/{case}_{name}": role.value for name, role in ROLES.items()}
        for target, source in (files | {f"{MASKS}/{case}_{drawn_on}{joint}": "lesion"}).items():
            (folder / target).parent.mkdir(parents=True, exist_ok=True)
            (folder / f"{target}.nii.gz").write_bytes(Path(place, "study", f"{source}.nii.gz").read_bytes())


def main(folder: Path) -> None:
    """All six."""
    for case, radius_mm in CASES.items():
        write_case(folder, case, radius_mm)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
