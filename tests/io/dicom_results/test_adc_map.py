"""`adc_map.dcm`. Witness: adc.nii.gz of the same run as nibabel reads it, and highdicom's reading by affine."""

from __future__ import annotations

import highdicom as hd
import nibabel as nib
import numpy as np
import pydicom
import pytest

from command_line import pnst
from dicom_run import SCENE, give_identity, two_lesions
from pnst.image import Grid, Mask, Volume
from pnst.io.dicom_results.adc_map import whole_map
from pnst.io.lps import LPS_TO_RAS
from pnst.io.write import write_study
from pnst.measurement.measurements import Measurements
from pnst.study import Lesion, Role
from scenes import without
from small_cohort import SETTINGS


@pytest.fixture(scope="module")
def volume(dicom_run) -> hd.Volume:
    return hd.Image.from_dataset(pydicom.dcmread(dicom_run.out / "adc_map.dcm")).get_volume(
        apply_real_world_transform=False
    )


def test_the_values_are_those_that_were_measured(dicom_run, volume):
    """Each voxel of the run's own maps, at its place in the patient; the second's where the first has none."""
    checked = np.zeros(volume.array.shape, dtype=bool)
    for name in ("adc.nii.gz", "adc-2.nii.gz"):
        image = nib.load(dicom_run.out / name)
        data = np.asarray(image.dataobj)
        index = np.argwhere(np.isfinite(data))
        ras = index @ image.affine[:3, :3].T + image.affine[:3, 3]
        inverse = np.linalg.inv(volume.affine)
        places = (ras * (-1, -1, 1)) @ inverse[:3, :3].T + inverse[:3, 3]
        assert np.abs(places - np.rint(places)).max() < 5e-3  # a NIfTI keeps places in single precision
        own = tuple(np.rint(places).astype(int).T)
        differs = np.abs(volume.array[own] - data[np.isfinite(data)])
        assert differs[~checked[own]].max() < (1e-6 if not checked.any() else 0.02)
        checked[own] = True
    assert np.array_equal(np.isfinite(volume.array), checked)


def test_it_says_what_it_is(dicom_run):
    dataset = pydicom.dcmread(dicom_run.out / "adc_map.dcm")
    (mapping,) = dataset.SharedFunctionalGroupsSequence[0].RealWorldValueMappingSequence
    unit, quantity = mapping.MeasurementUnitsCodeSequence[0], mapping.QuantityDefinitionSequence[0]
    assert (unit.CodeValue, unit.CodingSchemeDesignator) == ("um2/ms", "UCUM")
    assert quantity.ConceptCodeSequence[0].CodeValue == "113041"
    assert (mapping.RealWorldValueSlope, mapping.RealWorldValueIntercept) == (1.0, 0.0)
    assert dataset.DerivationDescription.startswith("fitted to the diffusion series")
    assert dataset.SOPClassUID == "1.2.840.10008.5.1.4.1.1.30"


def test_each_frame_names_an_image_of_its_slice(dicom_run):
    dataset = pydicom.dcmread(dicom_run.out / "adc_map.dcm")
    headers = {h.SOPInstanceUID: h for h in map(pydicom.dcmread, (dicom_run.study / "dwi").iterdir())}
    depths = []
    for group in dataset.PerFrameFunctionalGroupsSequence:
        (image,) = group.DerivationImageSequence[0].SourceImageSequence
        source = headers[image.ReferencedSOPInstanceUID]
        normal = np.cross(source.ImageOrientationPatient[:3], source.ImageOrientationPatient[3:])
        away = np.subtract(group.PlanePositionSequence[0].ImagePositionPatient, source.ImagePositionPatient)
        depths.append(float(away @ normal))
    moved = " moved by " in dataset.DerivationDescription
    assert np.abs(depths).max() < (2.0 if moved else 1e-3)  # of slices 5 mm apart
    assert len(headers) > len(depths) >= 3


def test_without_diffusion_there_is_no_map(tmp_path):
    study = tmp_path / "study"
    write_study(without(SCENE.study(), Role.DWI), study, "dicom")
    give_identity(study)
    (tmp_path / "quick.toml").write_text(SETTINGS)
    words = ("run", study, "--lesion", two_lesions(tmp_path / "labels.nii.gz"), "--settings", tmp_path / "quick.toml")
    assert pnst(*words, "--dicom", "--out", tmp_path / "out").code == 0
    assert {file.name for file in (tmp_path / "out").glob("*.dcm")} == {"lesion_seg.dcm", "measurements_sr.dcm"}


def measured(data: np.ndarray, grid: Grid) -> Measurements:
    return Measurements("case", "1", regions={"adc": Volume(data.astype(np.float32), grid, "um2_per_ms")})


def test_where_maps_overlap_a_lesion_has_its_own(oblique):
    """Two maps of parts of a grid, in canonical order, 1 and 2 everywhere: each lesion's voxels are its own map's."""
    grid = oblique((12, 9, 5), flips=(-1, 1, -1))
    canonical = grid.canonical()
    inside = [np.zeros(grid.shape, dtype=bool) for _ in range(2)]
    inside[0][3, 4, 2] = inside[1][7, 5, 2] = True
    lesions = [Lesion(str(n), Mask(mask, grid), "test") for n, mask in enumerate(inside)]
    box = (slice(1, 11), slice(0, 9), slice(1, 4))
    part = canonical.crop(box)
    maps = [measured(np.full(part.shape, value), part) for value in (1.0, 2.0)]
    values = whole_map(grid, lesions, maps)
    assert (values[3, 4, 2], values[7, 5, 2]) == (1.0, 2.0)
    assert np.isfinite(values).sum() == 10 * 9 * 3
    assert np.isfinite(values[grid.from_canonical(np.isnan(canonical_ones(canonical.shape, box)))]).sum() == 0


def canonical_ones(shape: tuple[int, ...], box: tuple[slice, ...]) -> np.ndarray:
    whole = np.full(shape, np.nan)
    whole[box] = 1
    return whole


def test_a_map_comes_back_through_the_reader_of_studies(dicom_run, tmp_path):
    """pnst reads its own parametric map as an ADC series of the same values."""
    from pnst.io.study import read_study

    (tmp_path / "adc_map.dcm").write_bytes((dicom_run.out / "adc_map.dcm").read_bytes())
    (series,) = read_study(tmp_path).series.values()
    assert (series.role, series.volume.unit) == (Role.ADC, "um2_per_ms")
    array = hd.Image.from_dataset(pydicom.dcmread(dicom_run.out / "adc_map.dcm")).get_volume(
        apply_real_world_transform=False
    )
    index = np.argwhere(np.isfinite(array.array))
    ras = (index @ array.affine[:3, :3].T + array.affine[:3, 3]) @ LPS_TO_RAS[:3, :3]
    own = tuple(np.rint(series.volume.grid.to_index(ras)).astype(int).T)
    assert np.allclose(series.volume.data[own], array.array[np.isfinite(array.array)], atol=1e-6)


def test_frames_follow_the_normal_of_their_slices(dicom_run):
    dataset = pydicom.dcmread(dicom_run.out / "adc_map.dcm")
    plane = dataset.SharedFunctionalGroupsSequence[0].PlaneOrientationSequence[0].ImageOrientationPatient
    groups = dataset.PerFrameFunctionalGroupsSequence
    depths = [np.dot(g.PlanePositionSequence[0].ImagePositionPatient, np.cross(plane[:3], plane[3:])) for g in groups]
    assert (np.diff(depths) > 0).all()
    assert [g.FrameContentSequence[0].DimensionIndexValues for g in groups] == list(range(1, len(groups) + 1))
