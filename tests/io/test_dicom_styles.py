"""DICOM as each vendor writes it, classic and enhanced. Witness: dcm2niix, dciodvfy, our own reader, made apart."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import pytest

from pnst.errors import InputError, SettingError
from pnst.image import Grid, Mask, Volume
from pnst.io.dicom_write.style import ENHANCED, VENDORS, DicomStyle
from pnst.io.digest import digest
from pnst.io.masks.read import read_lesion
from pnst.io.nifti.sidecar import read_b_vectors
from pnst.io.simulation_mark import PHANTOM
from pnst.io.study import read_study
from pnst.io.write import write_study
from pnst.phantom.spec import MAKER
from pnst.study import Acquisition, Lesion, Role, Series, Source, Study

CLASSIC = [DicomStyle(vendor) for vendor in (None, *VENDORS)]
MULTIFRAME = [DicomStyle(vendor, enhanced=True) for vendor in (None, *ENHANCED)]
STYLES = [*CLASSIC, *MULTIFRAME]

SET_APART = (DicomStyle("ge"), DicomStyle(None, enhanced=True), DicomStyle("philips", enhanced=True))
"""Where dcm2niix gives combined directions another b-value, to set them apart as derived: 0 for GE, else 2000."""

each_style = pytest.mark.parametrize(
    "style", STYLES, ids=lambda style: f"{style.vendor or 'standard'}-{'enhanced' if style.enhanced else 'classic'}"
)


@pytest.fixture(scope="module")
def scanned(oblique) -> Study:
    """T1 in whole numbers, STIR, diffusion of three directions and an ADC map on a turned grid of unequal sides."""
    grid = oblique((24, 20, 7), (1.7, 1.9, 5.0))
    rng = np.random.default_rng(31)
    i, j, k = np.indices(grid.shape)
    base = 100 + 10 * i + 3 * j + 40 * k + 50 * rng.random(grid.shape)
    b_values = (0.0, 400.0, 800.0, 800.0)
    directions = rng.normal(size=(4, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    directions[0] = 0

    def series(role, data, facts, b_values=None, b_vectors=None):
        volume = Volume(data.astype(np.float32), grid, "um2_per_ms" if role is Role.ADC else "")
        return Series(role, volume, Source("simulated", digest(volume)), b_values, b_vectors, facts)

    echo_planar = Acquisition(4000, 65, None, 90, 3.0, True, False, PHANTOM)
    made = [
        series(Role.T1, np.rint(base), Acquisition(600, 10, None, 90, 3.0, False, False, PHANTOM)),
        series(Role.T1_POST, 1.3 * base, Acquisition(600, 10, None, 90, 3.0, False, True, PHANTOM)),
        series(Role.T2_FS, 1.7 * base, Acquisition(4000, 60, 160, 90, 3.0, True, False, PHANTOM)),
        series(Role.DWI, base[..., None] * np.exp(-1e-3 * np.array(b_values)), echo_planar, b_values, directions),
        series(Role.ADC, base / 1000, echo_planar),
    ]
    return Study("case7", {s.role: s for s in made})


@pytest.fixture(scope="module")
def lesion(scanned) -> Lesion:
    grid = scanned.series[Role.T1].volume.grid
    inside = np.zeros(grid.shape, bool)
    inside[5:12, 4:10, 2:5] = np.random.default_rng(12).random((7, 6, 3)) > 0.3
    return Lesion("tumour", Mask(inside, grid), "simulation")


@pytest.fixture(scope="module")
def written(scanned, lesion, tmp_path_factory) -> Callable[[DicomStyle], Path]:
    """The study in a style, written once."""
    made: dict[DicomStyle, Path] = {}

    def write(style: DicomStyle) -> Path:
        if style not in made:
            made[style] = tmp_path_factory.mktemp("style") / "study"
            write_study(scanned, made[style], "dicom", [lesion], dicom=style)
        return made[style]

    return write


def combined(study: Study) -> Study:
    """The same study with diffusion whose directions were combined."""
    dwi = study.series[Role.DWI]
    return Study(study.case_id, {Role.DWI: replace(dwi, b_values=(0.0, 50.0, 400.0, 800.0), b_vectors=None)})


def half_step(series: Series) -> float:
    """Half of what 16 bits resolve from 0 on, and 2 % for the rounding of float32."""
    return 0.51 * float(series.volume.data.max()) / 65535


def converted(folder: Path, out: Path) -> Path:
    """What dcm2niix makes of the whole tree, in files called by their series' number."""
    out.mkdir()
    program = str(Path(sys.executable).with_name("dcm2niix"))
    subprocess.run([program, "-z", "n", "-f", "%s", "-o", str(out), str(folder)], check=True, capture_output=True)
    return out


@each_style
def test_our_reader_finds_the_same_study(scanned, written, style):
    back = read_study(written(style))
    assert set(back.series) == set(scanned.series)
    for role, series in scanned.series.items():
        found = back.series[role]
        assert found.volume.grid.matches(series.volume.grid, 1e-4)
        assert found.volume.data == pytest.approx(series.volume.data, abs=half_step(series))
        assert found.volume.unit == series.volume.unit
        assert found.b_values == series.b_values
        if series.b_vectors is not None:
            assert found.b_vectors == pytest.approx(series.b_vectors, abs=1e-5)
        assert found.acquisition == replace(series.acquisition, manufacturer=VENDORS.get(style.vendor, PHANTOM))


def compare(study: Study, out: Path) -> None:
    """Voxels, affines, b-values and directions of a study with what dcm2niix made of it."""
    for number, (role, series) in enumerate(study.series.items(), start=1):
        image = nib.load(out / f"{number}.nii")
        theirs, ours = nib.as_closest_canonical(image), series.volume.canonical()
        assert np.abs(theirs.affine - ours.grid.affine).max() < 1e-3
        scale = 1000 if role is Role.ADC else 1
        assert theirs.get_fdata() / scale == pytest.approx(ours.data, abs=half_step(series))
        if series.b_vectors is not None:
            assert np.loadtxt(out / f"{number}.bval") == pytest.approx(series.b_values)
            grid = Grid(image.shape[:3], image.affine)
            found = read_b_vectors(out / f"{number}.bvec", grid, len(series.b_values))
            cosines = np.abs((found * series.b_vectors).sum(axis=1))[1:]
            assert np.degrees(np.arccos(cosines.clip(max=1))).max() < 0.1


@each_style
def test_dcm2niix_finds_the_same_voxels_affines_b_values_and_directions(scanned, written, tmp_path, style):
    compare(scanned, converted(written(style), tmp_path / "nifti"))


@pytest.mark.parametrize("vendor", ["ge", "uih", "philips", "siemens"])
def test_left_handed_grids_keep_voxels_and_directions_in_place(scanned, oblique, tmp_path, vendor):
    """Slices run against the normal that directions along the image's axes are counted by."""
    dwi = scanned.series[Role.DWI]
    volume = replace(dwi.volume, grid=oblique((24, 20, 7), (1.7, 1.9, 5.0), flips=(1, -1, 1)))
    study = Study("x", {Role.DWI: replace(dwi, volume=volume)})
    write_study(study, tmp_path / "out", "dicom", dicom=DicomStyle(vendor, enhanced=vendor in ENHANCED))
    compare(study, converted(tmp_path / "out", tmp_path / "nifti"))
    found = read_study(tmp_path / "out").series[Role.DWI]
    assert found.volume.canonical().data == pytest.approx(volume.canonical().data, abs=half_step(dwi))
    assert found.b_vectors == pytest.approx(dwi.b_vectors, abs=1e-5)


@each_style
def test_combined_directions_keep_their_b_values(scanned, tmp_path, style):
    study = combined(scanned)
    write_study(study, tmp_path / "out", "dicom", dicom=style)
    back = read_study(tmp_path / "out").series[Role.DWI]
    assert (back.b_values, back.b_vectors) == (study.series[Role.DWI].b_values, None)
    theirs = np.loadtxt(converted(tmp_path / "out", tmp_path / "nifti") / "1.bval")
    if style in SET_APART:
        assert set(theirs[1:]) == {0.0 if style.vendor == "ge" else 2000.0}
    else:
        assert theirs == pytest.approx(back.b_values)


@each_style
def test_dciodvfy_finds_no_error(written, style):
    """First and last object of each series."""
    program = shutil.which("dciodvfy")
    if program is None:
        pytest.skip("dciodvfy is not installed (Debian: dicom3tools)")
    for folder in sorted(written(style).iterdir()):
        files = sorted(folder.iterdir())
        for file in {files[0], files[-1]}:
            run = subprocess.run([program, str(file)], capture_output=True, text=True, check=False)
            said = (run.stdout + run.stderr).splitlines()
            assert {"MRImage", "EnhancedMRImage", "Segmentation"} & set(said)
            assert [line for line in said if line.startswith("Error")] == []


@each_style
def test_the_lesion_comes_back_from_its_seg(scanned, lesion, written, style):
    found = read_lesion(written(style) / "lesions/1.dcm", scanned)
    assert np.array_equal(found.mask.data, lesion.mask.data)


@pytest.mark.parametrize("vendor", ["siemens", "ge", "philips", "uih"])
def test_the_vendors_own_elements_are_enough(scanned, written, tmp_path, vendor):
    """Archives of before 2010 hold no others; read back without the standard's."""
    dwi = scanned.series[Role.DWI]
    for file in (written(DicomStyle(vendor)) / "dwi").iterdir():
        dataset = pydicom.dcmread(file)
        for name in ("DiffusionBValue", "DiffusionGradientOrientation", "DiffusionDirectionality"):
            if name in dataset:
                delattr(dataset, name)
        dataset.save_as(tmp_path / file.name)
    found = read_study(tmp_path).series[Role.DWI]
    assert found.b_values == dwi.b_values
    assert found.b_vectors == pytest.approx(dwi.b_vectors, abs=1e-5)


@pytest.mark.parametrize(
    ("vendor", "tag", "value"),
    [
        ("siemens", (0x0019, 0x100C), 800),
        ("ge", (0x0043, 0x1039), [1_000_000_800, 8, 0, 0]),
        ("philips", (0x2001, 0x1003), 800.0),
        ("canon", (0x0018, 0x9087), 800.0),
        ("uih", (0x0065, 0x1009), 800.0),
    ],
)
def test_b_values_stand_where_the_vendor_puts_them(written, vendor, tag, value):
    """Tags as in the headers of real scanners."""
    dataset = pydicom.dcmread(written(DicomStyle(vendor)) / "dwi/0028.dcm", stop_before_pixels=True)
    assert dataset.Manufacturer == VENDORS[vendor]
    assert dataset[tag].value == value


def test_siemens_b_matrix_is_the_outer_product_of_its_direction(scanned, written):
    """b g gᵀ, in LPS: closed form."""
    direction = scanned.series[Role.DWI].b_vectors[3] * (-1, -1, 1)
    matrix = 800 * np.outer(direction, direction)
    classic = pydicom.dcmread(written(DicomStyle("siemens")) / "dwi/0028.dcm", stop_before_pixels=True)
    assert classic[0x0019, 0x1027].value == pytest.approx([matrix[i, j] for i in range(3) for j in range(i, 3)])
    enhanced = pydicom.dcmread(written(DicomStyle("siemens", enhanced=True)) / "dwi/0004.dcm", stop_before_pixels=True)
    (diffusion,) = enhanced.PerFrameFunctionalGroupsSequence[0].MRDiffusionSequence
    (found,) = diffusion.DiffusionBMatrixSequence
    assert (found.DiffusionBValueXY, found.DiffusionBValueZZ) == pytest.approx((matrix[0, 1], matrix[2, 2]))


def test_toshiba_says_nothing_at_b_0_and_canon_a_vector_of_zeros(written):
    toshiba, canon = (
        pydicom.dcmread(written(DicomStyle(vendor)) / "dwi/0001.dcm", stop_before_pixels=True)
        for vendor in ("toshiba", "canon")
    )
    assert "DiffusionBValue" not in toshiba
    assert (canon.DiffusionBValue, list(canon.DiffusionGradientOrientation)) == (0.0, [0.0, 0.0, 0.0])


@each_style
def test_a_simulation_is_never_taken_for_a_patient(scanned, written, tmp_path, style):
    for file in written(style).rglob("*.dcm"):
        dataset = pydicom.dcmread(file, stop_before_pixels=True)
        assert str(dataset.PatientName).startswith("SIMULATED^")
        if dataset.Modality == "MR":
            assert (dataset.QualityControlImage, dataset.StationName) == ("YES", "PNST PHANTOM")
            assert dataset.ManufacturerModelName == "pnst phantom"
            assert "no patient" in dataset.ImageComments
    t1 = scanned.series[Role.T1]
    real = replace(t1, source=Source("nifti", "0"), acquisition=replace(t1.acquisition, manufacturer="SIEMENS"))
    write_study(Study("x", {Role.T1: real}), tmp_path / "real", "dicom", dicom=style)
    dataset = pydicom.dcmread(tmp_path / "real/t1/0001.dcm", stop_before_pixels=True)
    assert "SIMULATED" not in str(dataset.PatientName)
    assert "QualityControlImage" not in dataset


def test_a_simulation_stays_one_from_format_to_format(scanned, written, tmp_path):
    """Also where the vendor's name took the place of the phantom's."""
    assert PHANTOM == MAKER
    study = read_study(written(DicomStyle("siemens")))
    for number, kind in enumerate(("nifti", "bids", "dicom")):
        assert {series.source.format for series in study.series.values()} == {"simulated"}
        write_study(study, tmp_path / f"{number}", kind)
        study = read_study(tmp_path / f"{number}")
    dataset = pydicom.dcmread(tmp_path / "2/t1/0001.dcm", stop_before_pixels=True)
    assert (dataset.Manufacturer, dataset.QualityControlImage) == ("SIEMENS", "YES")


@pytest.mark.parametrize("style", MULTIFRAME, ids=lambda style: style.vendor or "standard")
def test_an_enhanced_series_is_one_object_or_one_a_measurement(written, style):
    files = list((written(style) / "dwi").iterdir())
    assert len(files) == (1 if style.vendor in (None, "philips", "canon") else 4)
    assert {int(pydicom.dcmread(file, stop_before_pixels=True).NumberOfFrames) for file in files} == {28 // len(files)}


def test_an_enhanced_adc_map_says_its_unit(written):
    dataset = pydicom.dcmread(written(DicomStyle(enhanced=True)) / "adc/0001.dcm", stop_before_pixels=True)
    (shared,) = dataset.SharedFunctionalGroupsSequence
    assert shared.RealWorldValueMappingSequence[0].MeasurementUnitsCodeSequence[0].CodeValue == "um2/s"
    assert dataset.ImageType[2:] == ["DIFFUSION", "ADC"]


def test_styles_share_no_uid_and_the_same_style_gives_the_same_bytes(scanned, written, tmp_path):
    uids = {pydicom.dcmread(written(s) / "t1/0001.dcm", stop_before_pixels=True).SOPInstanceUID for s in STYLES}
    assert len(uids) == len(STYLES)
    style = DicomStyle("siemens", enhanced=True)
    write_study(scanned, tmp_path / "again", "dicom", dicom=style)
    for file in (tmp_path / "again").rglob("*.dcm"):
        assert file.read_bytes() == (written(style) / file.relative_to(tmp_path / "again")).read_bytes()


def test_facts_that_are_not_known_are_not_made_up(scanned, tmp_path):
    """Of a study that was not simulated here an enhanced object says only what the study says."""
    t1 = scanned.series[Role.T1]
    known = replace(t1, source=Source("nifti", "0"), acquisition=Acquisition(echo_time_ms=10, inversion_time_ms=900))
    unknown = replace(known, acquisition=Acquisition())
    for name, series in {"known": known, "unknown": unknown}.items():
        write_study(Study("x", {Role.T1: series}), tmp_path / name, "dicom", dicom=DicomStyle(enhanced=True))
        found = read_study(tmp_path / name, roles={"t1": "T1"}).series[Role.T1].acquisition
        assert found == replace(series.acquisition, manufacturer="pnst")
        dataset = pydicom.dcmread(tmp_path / name / "t1/0001.dcm", stop_before_pixels=True)
        assert "MRTimingAndRelatedParametersSequence" not in dataset.SharedFunctionalGroupsSequence[0]
    assert "MRModifierSequence" not in dataset.SharedFunctionalGroupsSequence[0]


def test_what_a_style_cannot_say_is_refused(scanned, tmp_path):
    with pytest.raises(SettingError, match="siemens, ge, philips"):
        DicomStyle("elscint")
    for vendor in ("ge", "uih"):
        with pytest.raises(SettingError, match="enhanced"):
            DicomStyle(vendor, enhanced=True)
    for kind in ("nifti", "bids"):
        with pytest.raises(SettingError, match="for another format"):
            write_study(scanned, tmp_path / "out", kind, dicom=DicomStyle())
    dwi = scanned.series[Role.DWI]
    for vendor, b_value in product(("siemens", "ge"), (0.004, 799.5)):
        odd = Study("x", {Role.DWI: replace(dwi, b_values=(0.0, b_value, 800.0, 800.0))})
        with pytest.raises(InputError, match=f"b = {b_value:g}"):
            write_study(odd, tmp_path / "out", "dicom", dicom=DicomStyle(vendor))
    assert not list(tmp_path.iterdir())
