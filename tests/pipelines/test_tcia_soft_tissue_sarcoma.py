"""The recipe over a small simulated collection laid out as the real one, one case broken; slow: the real one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import distance_transform_edt
from skimage.measure import find_contours

import pnst
from mask_files import save_rtstruct
from pipeline_scripts import script_of
from pnst.phantom import GridSpec, LesionSpec, Spec, simulate
from pnst.phantom.study import Simulated

EDEMA_MM = 8.0


@pytest.fixture(scope="session")
def recipe():
    return script_of("tcia_soft_tissue_sarcoma", "run")


@pytest.fixture(scope="session")
def simulated() -> Simulated:
    grids = {
        pnst.Role.T1: GridSpec(spacing_mm=(1.1, 1.0, 4.0), turn_deg=(3.0, -5.0, 8.0)),
        pnst.Role.T2_FS: GridSpec(spacing_mm=(1.2, 1.3, 4.0), turn_deg=(3.0, -5.0, 8.0)),
    }
    lesion = LesionSpec(radii_mm=(13.0, 15.0, 19.0), tilt_deg=(9.0, -12.0, 0.0), edema_mm=EDEMA_MM)
    return simulate(Spec(lesion=lesion, roles=(pnst.Role.T1, pnst.Role.T2_FS), grids=grids), seed=4)


@pytest.fixture(scope="session")
def collection(tmp_path_factory, simulated) -> Path:
    """sts001_raw and two prepared cases, the second with a truncated image."""
    data = tmp_path_factory.mktemp("collection")
    raw = data / "sts001_raw" / "dicom"
    pnst.write_study(simulated.study, raw, format="dicom")
    (raw / "MR_T2" / "mask").mkdir(parents=True)
    mass = simulated.lesion.mask
    with_edema = distance_transform_edt(~mass.data, mass.grid.spacing) <= EDEMA_MM
    rois = {"GTV_Mass": contours(mass), "GTV_Edema": contours(pnst.Mask(with_edema, mass.grid))}
    save_rtstruct(raw / "MR_T2" / "mask", rois)
    for name in ("STS_002", "STS_003"):
        folder = data / "sts_t1" / "nifti" / name
        pnst.write_study(simulated.study, folder, lesions=[simulated.lesion])
        (folder / "t2_fs.nii.gz").unlink()
        (folder / "t1.nii.gz").rename(folder / "MR_T1_image.nii.gz")
        (folder / "lesion.nii.gz").rename(folder / "MR_T1_mask.nii.gz")
    image = data / "sts_t1" / "nifti" / "STS_003" / "MR_T1_image.nii.gz"
    image.write_bytes(image.read_bytes()[:2000])
    return data


def contours(mask: pnst.Mask) -> list[np.ndarray]:
    """Outlines (n, 3) in LPS mm of every slice."""
    found = []
    for k in np.flatnonzero(mask.data.any(axis=(0, 1))):
        for line in find_contours(mask.data[:, :, k].astype(float), 0.5):
            found.append(mask.grid.to_world(np.column_stack([line, np.full(len(line), k)])) * (-1, -1, 1))
    return found


@pytest.fixture(scope="session")
def table(recipe, collection) -> pd.DataFrame:
    return recipe.run(collection, tell=lambda _: None).set_index("case")


def test_every_case_is_a_row_and_the_broken_one_says_why(table):
    assert list(table.index) == ["STS_001", "STS_002", "STS_003"]
    assert table["error"].isna().tolist() == [True, True, False]
    assert "MR_T1_image.nii.gz" in table.loc["STS_003", "error"]
    assert "remedy" in table.loc["STS_003", "error"]
    assert np.isnan(table.loc["STS_003", "probability"])


def test_the_measurements_are_those_of_the_phantom(table, simulated):
    """Closed form: the simulated ellipsoid, on both paths into the table."""
    measured = table.loc[["STS_001", "STS_002"]]
    assert measured["size.volume_ml"].tolist() == pytest.approx([simulated.truth["size.volume_ml"]] * 2, rel=0.03)
    inside = (measured["interval_low"] < measured["probability"]) & (
        measured["probability"] < measured["interval_high"]
    )
    assert inside.all()


def test_what_t1_alone_cannot_show_is_skipped_with_its_reason(table):
    assert "fat-suppressed" in table.loc["STS_002", "skipped.edema"]
    assert pd.isna(table.loc["STS_001", "skipped.edema"])
    assert table.loc[["STS_001", "STS_002"], "skipped.adc"].notna().all()


def test_the_expert_s_oedema_stands_beside_the_zone(table, simulated):
    """Closed form: a halo of constant thickness; what is drawn and what is found both overlap it."""
    raw = table.loc["STS_001"]
    assert raw["expert_edema.max_extent_mm"] == pytest.approx(EDEMA_MM, abs=2.0)
    assert raw["expert_edema.volume_ml"] == pytest.approx(simulated.truth["edema.volume_ml"], rel=0.15)
    assert raw["expert_edema.dice"] > 0.8
    assert pd.isna(table.loc["STS_002", "expert_edema.dice"])


def test_dice_by_hand(recipe):
    """Closed form: 2·2 ÷ (4 + 3)."""
    grid = pnst.Grid((2, 3, 4), np.diag([1.0, 2.0, 3.0, 1.0]))
    a, b = np.zeros(grid.shape, bool), np.zeros(grid.shape, bool)
    a[0, 0, :], b[0, 0, 2:], b[1, 1, 1] = True, True, True
    assert recipe.dice(pnst.Mask(a, grid), pnst.Mask(b, grid)) == pytest.approx(4 / 7)
    assert recipe.dice(pnst.Mask(a, grid), pnst.Mask(~a, grid)) == 0


def test_a_bug_costs_its_own_case_and_shows_no_path(recipe, tmp_path):
    def read():
        raise KeyError(str(tmp_path))

    row = recipe.run_case(recipe.Case("STS_999", "raw", read))
    assert row["error"] == "unexpected KeyError in read"


def test_from_the_command_line(recipe, collection, tmp_path, capsys, monkeypatch):
    """Exit 1 with a bad case, 2 without data; one line of progress a case; the section lands between its markers."""
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{recipe.BEGIN}\nstale section\n{recipe.END}\nafter\n")
    monkeypatch.setattr(recipe, "README", readme)
    assert recipe.main([str(collection), "--out", str(tmp_path / "out"), "--markdown"]) == 1
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in told] == ["STS_001", "STS_002", "STS_003"]
    assert str(tmp_path) not in "".join(told)
    assert len(pd.read_csv(tmp_path / "out" / "results.csv")) == 3
    page = readme.read_text()
    assert page.startswith("before\n")
    assert page.endswith("after\n")
    assert "stale section" not in page
    assert "3 cases, 2 measured, 1 failed" in page
    assert recipe.main([str(tmp_path / "out"), "--out", str(tmp_path / "none")]) == 2
    assert "neither" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_readme_without_markers_is_refused(recipe, tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("no place\n")
    with pytest.raises(ValueError, match="0 places"):
        recipe.write_section(readme, "text")
    assert readme.read_text() == "no place\n"


@pytest.mark.slow
def test_the_real_collection(recipe, shared_data):
    """Invariant: the surface's volume is that of the mask's voxels; published: 365 ml of the raw case's contours."""
    cases = recipe.find_cases(shared_data)
    table = recipe.run(shared_data, tell=lambda _: None).set_index("case")
    assert len(table) == 23
    assert table["error"].isna().all()
    voxels = {case.name: case.read().lesion.mask.volume_mm3 / 1000 for case in cases}
    assert table["size.volume_ml"].to_dict() == pytest.approx(voxels, rel=0.03)
    assert table.loc["STS_001", "size.volume_ml"] == pytest.approx(365, abs=15)
    raw = table.loc["STS_001"]
    assert raw["expert_edema.dice"] >= 0.80
    assert raw["edema.volume_ml"] == pytest.approx(raw["expert_edema.volume_ml"], rel=0.10)
    assert raw["edema.max_extent_mm"] == pytest.approx(raw["expert_edema.max_extent_mm"], abs=10)
