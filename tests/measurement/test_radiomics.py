"""Hand-over to Z-Rad: IBSI's digital phantom, closed forms on anisotropic oblique grids, and the refusals."""

from __future__ import annotations

import csv
from dataclasses import replace

import nibabel as nib
import numpy as np
import pytest

from bodies import ellipsoid, tilted
from pnst.errors import InputError, SettingError
from pnst.image import Grid, Mask, Volume
from pnst.measurement.radiomics import features, radiomics
from pnst.study import Lesion, Role, Series, Source, Study

pytest.importorskip("zrad", reason="z-rad is not installed (pnst[radiomics])")

SPACING = (1.1, 0.9, 2.3)


def body(turn=(6, -9, 4), flip=False):
    """A tilted ellipsoid with semi-axes 9, 12 and 16 mm in an image that rises by 3 a mm along its first axis."""
    shape = (37, 41, 19)
    affine = np.eye(4)
    affine[:3, :3] = tilted(turn) * SPACING
    affine[:3, 3] = -affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    points = np.stack(np.meshgrid(*[np.arange(n) for n in shape], indexing="ij"), -1) @ affine[:3, :3].T + affine[:3, 3]
    local = points @ tilted((25, -40, 15))
    length = np.linalg.norm(local, axis=-1)
    inside = length < ellipsoid(9, 12, 16)(local / np.maximum(length, 1e-9)[..., None])
    image = 500 + 3 * local[..., 0]
    if flip:
        affine[:3, 3] += affine[:3, 0] * (shape[0] - 1)
        affine[:3, 0] *= -1
        inside, image = inside[::-1], image[::-1]
    grid = Grid(shape, affine)
    series = Series(Role.T2_FS, Volume(image.astype(np.float32), grid), Source("simulated", "0" * 64))
    return Study("case", {Role.T2_FS: series}), Lesion("tumour", Mask(inside, grid), "simulation")


def test_every_value_of_the_ibsi_digital_phantom(shared_data):
    """Published values: the consensus of the Image Biomarker Standardisation Initiative, within its tolerances."""
    folder = shared_data / "ibsi"
    image, mask = (nib.load(folder / "digital_phantom" / f"{name}.nii.gz") for name in ("phantom", "mask"))
    spacing = image.header.get_zooms()[:3]
    found = features(np.asarray(image.dataobj, float), np.asarray(mask.dataobj) > 0, spacing, bins=6)
    with (folder / "ibsi_1_dig_phantom.csv").open() as file:
        reference = {row["tag"]: row for row in csv.DictReader(file, delimiter=";")}
    # IBSI's histogram of volumes is of the grey levels themselves; ours takes 1000 bins, for images without a unit.
    shared = [name for name in found if name in reference and not name.startswith("ivh_")]
    assert len(shared) > 140
    wrong = {}
    for name in shared:
        value, tolerance = float(reference[name]["reference value"]), float(reference[name]["tolerance"])
        digits = 0.5 * 10.0 ** (np.floor(np.log10(abs(value))) - 2) if value else 1e-9  # printed with three digits
        if abs(found[name] - value) > max(tolerance, digits) * 1.001:
            wrong[name] = (found[name], value, tolerance)
    assert not wrong


@pytest.mark.parametrize("flip", [False, True])
def test_spacing_and_axes_reach_the_library(flip):
    """Closed form: a spacing in the wrong order keeps the volume but moves the diameters and the axes."""
    study, lesion = body(flip=flip)
    row = radiomics(study, lesion, families=["morphology", "intensity_statistics"]).iloc[0]
    assert row["morph_volume"] == pytest.approx(4 / 3 * np.pi * 9 * 12 * 16, rel=0.02)
    assert row["morph_diam"] == pytest.approx(32, abs=2.3)  # of the raw voxels: up to one of them too long
    axes = [row[f"morph_pca_{name}_axis"] for name in ("maj", "min", "least")]
    assert axes == pytest.approx(4 / np.sqrt(5) * np.array([16, 12, 9]), rel=0.03)  # IBSI's axes: 4 √λ, λ = a²/5
    assert row["stat_mean"] == pytest.approx(500, abs=1)
    assert row["stat_range"] == pytest.approx(3 * 18, rel=0.06)
    assert (row["case_id"], row["label"], row["role"]) == ("case", "tumour", "t2_fs")
    assert row["engine"].startswith("z-rad ")


def test_flips_change_nothing():
    """Invariant: the same voxels, stored backwards."""
    one, two = (radiomics(*body(flip=flip), families=["glcm", "morphology"]).iloc[0] for flip in (False, True))
    names = [name for name in one.index if name[:2] in ("cm", "mo")]
    assert len(names) > 40
    np.testing.assert_allclose(one[names].astype(float), two[names].astype(float), rtol=1e-6)


def test_one_row_a_series_that_was_asked_for():
    study, lesion = body()
    t2 = study.series[Role.T2_FS]
    both = replace(study, series={**study.series, Role.T1: replace(t2, role=Role.T1)})
    assert list(radiomics(both, lesion, families=["intensity_statistics"])["role"]) == ["t2_fs", "t1"]
    assert list(radiomics(both, lesion, roles=["t1"], families=["intensity_statistics"])["role"]) == ["t1"]


def test_what_is_refused():
    study, lesion = body()
    with pytest.raises(SettingError, match="unknown radiomics family"):
        radiomics(study, lesion, families=["texture"])
    with pytest.raises(SettingError, match="grey levels"):
        radiomics(study, lesion, bins=1)
    with pytest.raises(InputError, match="no such 3-D series"):
        radiomics(study, lesion, roles=["dwi"])
    t2 = study.series[Role.T2_FS]
    flat = replace(t2, volume=Volume(np.full(t2.volume.grid.shape, 7.0, np.float32), t2.volume.grid))
    with pytest.raises(InputError, match="shows no texture"):
        radiomics(replace(study, series={Role.T2_FS: flat}), lesion)
    far = Grid(t2.volume.grid.shape, t2.volume.grid.affine + np.array([[0, 0, 0, 500.0]] + [[0] * 4] * 3))
    with pytest.raises(InputError, match="no voxel in the lesion"):
        radiomics(replace(study, series={Role.T2_FS: replace(t2, volume=Volume(t2.volume.data, far))}), lesion)
