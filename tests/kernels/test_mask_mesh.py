"""The staircase mesh of a mask against other tools and published values.

Witnesses: `oracles/meshes.json` (PyRadiomics, MIRP and z-rad, asked once by `oracles/make_meshes.py`), PyRadiomics' own
baseline, and the consensus of IBSI 1 on its digital phantom.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from oracles.solids import solids
from pnst.kernels.hull import longest_diameter
from pnst.kernels.mask_mesh import mask_mesh
from pnst.kernels.mesh import Mesh
from pnst.kernels.shape import sphericity

ORACLES = json.loads((Path(__file__).parents[1] / "oracles" / "meshes.json").read_text(encoding="utf-8"))


def values(mesh: Mesh) -> dict[str, float]:
    return {
        "volume_mm3": mesh.volume_mm3,
        "area_mm2": mesh.area_mm2,
        "sphericity": sphericity(mesh.volume_mm3, mesh.area_mm2),
        "diameter_mm": longest_diameter(mesh.vertices)[0],
    }


@pytest.mark.parametrize("tool", ORACLES["versions"])
@pytest.mark.parametrize("solid", solids())
def test_masks_by_formula_give_what_every_tool_gives(solid, tool):  # another tool; they agree to seven digits
    mask, spacing = solids()[solid]
    assert values(mask_mesh(mask, spacing)) == pytest.approx(ORACLES["cases"][solid][tool], rel=2e-7)


def test_the_tools_agree_on_every_formula():  # what makes them an oracle
    for solid in solids():
        answers = ORACLES["cases"][solid]
        assert len(answers) == 3
        for answer in answers.values():
            assert answer == pytest.approx(answers["PyRadiomics"], rel=2e-7)


def pyradiomics_label(folder: Path, case: str) -> tuple[np.ndarray, tuple[float, ...]]:
    import SimpleITK as sitk

    image = sitk.ReadImage(str(folder / "pyradiomics_mr" / f"{case}_label.nrrd"))
    return sitk.GetArrayFromImage(image).transpose(2, 1, 0) == 1, image.GetSpacing()


@pytest.mark.parametrize(("case", "within"), [("breast1", 1e-9), ("brain1", 0.01)])
def test_baseline_of_pyradiomics(shared_data, case, within):
    """Another tool's published numbers. In brain1 some cubes are ambiguous: PyRadiomics' table joins them otherwise
    than Lewiner's, which MIRP and z-rad share.
    """
    with (shared_data / "pyradiomics_mr" / "baseline" / "baseline_shape.csv").open(encoding="utf-8") as file:
        rows = {row["featureName"]: row[case] for row in csv.DictReader(file)}
    names = ("MeshVolume", "SurfaceArea", "Sphericity", "Maximum3DDiameter")
    expected = [float(rows[f"original_shape_{name}"]) for name in names]
    mask, spacing = pyradiomics_label(shared_data, case)
    assert list(values(mask_mesh(mask, spacing)).values()) == pytest.approx(expected, rel=within)


@pytest.mark.parametrize("tool", ["MIRP", "z-rad"])
@pytest.mark.parametrize("case", ["brain1", "breast1"])
def test_real_masks_give_what_the_ibsi_tools_give(shared_data, case, tool):  # another tool
    measured = values(mask_mesh(*pyradiomics_label(shared_data, case)))
    assert measured == pytest.approx(ORACLES["cases"][f"pyradiomics {case}"][tool], rel=2e-7)


@pytest.mark.parametrize(
    ("tag", "column"),
    [
        ("morph_volume", "volume_mm3"),
        ("morph_area_mesh", "area_mm2"),
        ("morph_sphericity", "sphericity"),
        ("morph_diam", "diameter_mm"),
    ],
)
def test_ibsi_consensus_on_the_digital_phantom(shared_data, tag, column):  # published value and its tolerance
    import nibabel as nib

    with (shared_data / "ibsi" / "ibsi_1_dig_phantom.csv").open(encoding="utf-8") as file:
        reference = {row["tag"]: row for row in csv.DictReader(file, delimiter=";")}
    image = nib.load(shared_data / "ibsi" / "digital_phantom" / "mask.nii.gz")
    mesh = mask_mesh(np.asarray(image.dataobj) > 0, [float(step) for step in image.header.get_zooms()])
    expected, tolerance = (float(reference[tag][name]) for name in ("reference value", "tolerance"))
    assert values(mesh)[column] == pytest.approx(expected, abs=tolerance)


def test_the_mesh_stays_where_the_mask_is():  # invariant: a mask in a corner, one off the border
    data = np.zeros((9, 7, 8), dtype=bool)
    data[0:3, 5:7, 2:6] = True
    mesh = mask_mesh(data, (1.0, 2.0, 3.0))
    np.testing.assert_allclose(mesh.vertices.min(axis=0), (-0.5, 9.0, 4.5))
    np.testing.assert_allclose(mesh.vertices.max(axis=0), (2.5, 13.0, 16.5))


def test_an_empty_mask_has_no_mesh():
    with pytest.raises(ValueError, match="empty"):
        mask_mesh(np.zeros((3, 4, 5), dtype=bool), (1.0, 1.0, 2.0))
