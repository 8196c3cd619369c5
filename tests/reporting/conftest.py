"""A small study made from formulas: an ellipsoid in noise with oedema, fat rim and ADC map, on oblique thick slices."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from pnst.image import Grid, Mask, Volume
from pnst.measurement.families.adc import Adc
from pnst.measurement.families.edema import Edema
from pnst.measurement.families.margin import Margin
from pnst.measurement.families.size import Size
from pnst.measurement.families.split_fat import SplitFat
from pnst.measurement.measurements import Measurements
from pnst.measurement.settings import MeasureSettings
from pnst.study import Lesion, Role, Series, Source, Study

RADII_MM = np.array([14.0, 10.0, 18.0])
CENTRE_MM = np.array([6.0, -4.0, 9.0])


def tilted(shape, spacing, degrees=12.0):
    """A grid round the lesion, turned about the patient's left–right axis."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    affine = np.eye(4)
    affine[:3, :3] = np.array([[1, 0, 0], [0, c, -s], [0, s, c]]) * spacing
    affine[:3, 3] = CENTRE_MM - affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    return Grid(shape, affine)


def radius(grid):
    """1 on the ellipsoid's surface, at every voxel centre."""
    points = grid.to_world(np.stack(np.indices(grid.shape), axis=-1))
    return np.linalg.norm((points - CENTRE_MM) / RADII_MM, axis=-1)


@pytest.fixture(scope="session")
def made():
    rng = np.random.default_rng(7)
    fine, coarse = tilted((96, 88, 15), (0.9, 0.8, 4.0)), tilted((50, 46, 12), (1.8, 1.7, 5.0))

    def series(role, grid, level, extra=None, **more):
        data = rng.normal(100, 5, grid.shape) + level * (radius(grid) < 1)
        return Series(role, Volume(data if extra is None else extra(data), grid), Source("simulated", "0" * 64), **more)

    def decaying(data):
        return np.stack([data, 0.6 * data, 0.3 * data], axis=-1)

    t1, t2 = series(Role.T1, fine, 15), series(Role.T2_FS, fine, 150)
    dwi = series(Role.DWI, coarse, 80, decaying, b_values=(0.0, 400.0, 800.0))
    study = Study("case-07", {Role.T1: t1, Role.T2_FS: t2, Role.DWI: dwi}, notes=("the study was simulated",))
    lesion = Lesion("tumour 1", Mask(radius(fine) < 1, fine), "simulation")
    inside = np.where(radius(coarse) < 1, 1.4, np.nan)
    regions = {
        "edema": Mask((radius(fine) >= 1) & (radius(fine) < 1.3), fine),
        "fat_rim": Mask((radius(fine) >= 1) & (radius(fine) < 1.1), fine),
        "adc": Volume(inside, coarse, "um2_per_ms"),
    }
    return SimpleNamespace(study=study, lesion=lesion, m=measurements(regions), fine=fine, coarse=coarse)


def measurements(regions):
    """Numbers that are told apart wherever they stand."""
    return Measurements(
        "case-07",
        "tumour 1",
        settings=MeasureSettings(),
        size=Size(
            longest_diameter_mm=36.02,
            axial_diameter_mm=28.13,
            axial_short_diameter_mm=20.24,
            craniocaudal_mm=35.35,
            volume_ml=10.56,
            surface_area_mm2=2467.0,
            major_axis_mm=36.18,
            minor_axis_mm=28.29,
            least_axis_mm=20.41,
        ),
        margin=Margin(
            irregularity=0.0213,
            sphericity=0.952,
            solidity=0.991,
            deep_lobulations_count=2,
            ill_defined_fraction=0.317,
            ill_defined=True,
            ill_defined_threshold=0.2,
            edge_width_mm=3.71,
            measured_fraction=0.68,
            series="t2_fs",
            quality="SNR is low on fat-suppressed T2",
        ),
        edema=Edema(
            max_extent_mm=5.43,
            present=True,
            present_threshold=0.5,
            volume_ml=12.64,
            index=1.197,
            surface_fraction=0.99,
            censored=False,
        ),
        split_fat=SplitFat(
            coverage_fraction=0.4459,
            present=None,
            present_threshold=0.5,
            pole_coverage_fraction=None,
            applicable=False,
            compartment="fat",
        ),
        adc=Adc(
            mean_um2_per_ms=1.43,
            min_um2_per_ms=1.22,
            dark_um2_per_ms=1.35,
            median_um2_per_ms=1.44,
            p05_um2_per_ms=1.31,
            p95_um2_per_ms=1.57,
            mean_whole_um2_per_ms=1.46,
            region="whole lesion",
            map_source="computed from the diffusion series",
            solid_volume_ml=10.47,
            b_values=(0.0, 400.0, 800.0),
        ),
        skipped={"margin.edge": "too little of the edge is seen", "target": "no T2 series"},
        overrides={"edema.present": False, "reader.invasion": True},
        warnings=("cutoffs made on the solid part are applied to the whole lesion",),
        provenance={"pnst": "0.1.0", "input.t1": "1" * 64},
        regions=regions,
    )
