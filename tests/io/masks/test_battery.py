"""One lesion stored in every way that programs store it: the same numbers, or a refusal that says what is wrong.

Witness: the numbers of the mask as drawn, whose volume and centre are an ellipsoid's closed form.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from pydicom import dcmread
from skimage.measure import find_contours

from mask_files import save_nrrd, save_rtstruct, seg_source
from pnst.errors import AmbiguityError, GeometryError, InputError
from pnst.image import Grid, Mask, Volume
from pnst.io.dicom_write.seg import segmentation
from pnst.io.masks.read import read_lesion, read_lesions
from pnst.io.nifti.read import write_volume
from pnst.kernels.hull import longest_diameter
from pnst.study import Role, Study

RADII = np.array([17.0, 13.0, 15.0])
"""mm along the axes of the grid that the lesion is drawn on."""


@pytest.fixture(scope="module")
def t1(oblique) -> Grid:
    return oblique((61, 57, 17), (0.8, 0.7, 3.0))


@pytest.fixture(scope="module")
def study(study_of, oblique, t1) -> Study:
    return study_of(t1=t1, t2_fs=oblique((47, 53, 15), (1.1, 0.9, 3.6), turns=(0.25, -0.25, 0.38)))


def ellipsoid(grid: Grid, drawn_on: Grid) -> Mask:
    """The voxels of any grid whose centres lie inside the one ellipsoid."""
    middle = (np.asarray(drawn_on.shape) - 1) / 2
    world = grid.to_world(np.indices(grid.shape).transpose(1, 2, 3, 0))
    offset = (drawn_on.to_index(world) - middle) * drawn_on.spacing / RADII
    return Mask((offset**2).sum(axis=-1) <= 1, grid)


def reordered(mask: Mask, axes: tuple[int, int, int], flips: tuple[int, ...]) -> Mask:
    """The same voxels, stored with other axes; the affine follows."""
    affine = mask.grid.affine.copy()
    affine[:3, :3] = affine[:3, axes]
    data = mask.data.transpose(axes)
    for axis in flips:
        affine[:3, 3] += affine[:3, axis] * (data.shape[axis] - 1)
        affine[:3, axis] *= -1
    return Mask(np.flip(data, axis=flips), Grid(data.shape, affine))


def nifti(folder: Path, values: np.ndarray, affine: np.ndarray, edit: Callable = lambda image: None, kind=None) -> Path:
    image = (kind or nib.Nifti1Image)(values, affine)
    image.header.set_sform(affine, 1)
    image.header.set_qform(affine, 1)
    edit(image.header)
    nib.save(image, folder / "lesion.nii")
    return folder / "lesion.nii"


def plain(folder: Path, mask: Mask) -> Path:
    write_volume(folder / "lesion.nii.gz", mask)
    return folder / "lesion.nii.gz"


def as_nifti(make: Callable[[np.ndarray], np.ndarray], edit: Callable = lambda header: None, kind=None) -> Callable:
    """Store the mask's values, made into others, with the mask's affine and the header edited."""
    return lambda folder, mask: nifti(folder, make(mask.data), mask.grid.affine, edit, kind)


def moved(mask: Mask, mm: float) -> Mask:
    affine = mask.grid.affine.copy()
    affine[:3, 3] += mm
    return Mask(mask.data, Grid(mask.grid.shape, affine))


def conflicting(header: nib.Nifti1Header) -> None:
    other = np.diag([1.0, 1.0, 1.0, 1.0])
    other[:3, 3] = (500.0, 0.0, 0.0)
    header.set_qform(other, 1)


def only_qform(header: nib.Nifti1Header) -> None:
    header.set_sform(None, 0)


def scaled(header: nib.Nifti1Header) -> None:
    header.set_slope_inter(0.25, -2.0)  # 8 means 0 and 12 means 1


def in_box(mask: Mask, margin_mm: float = 0.0) -> Mask:
    box = mask.box(margin_mm)
    assert box is not None
    return mask.crop(box)


def as_seg(folder: Path, mask: Mask) -> Path:
    segmentation(mask, "lesion", "a test", [seg_source()], 3).save_as(folder / "s.dcm", enforce_file_format=True)
    return folder / "s.dcm"


def as_sparse_seg(folder: Path, mask: Mask) -> Path:
    """Only the frames that hold the lesion, last first."""
    part = in_box(mask)
    return as_seg(folder, reordered(part, (0, 1, 2), (2, 1)))


def as_nrrd(folder: Path, mask: Mask) -> Path:
    save_nrrd(folder / "a.seg.nrrd", mask, "lesion")
    return folder / "a.seg.nrrd"


def as_contours(folder: Path, mask: Mask) -> Path:
    contours = []
    for k in np.flatnonzero(mask.data.any(axis=(0, 1))):
        for outline in find_contours(mask.data[:, :, k].astype(float), 0.5):
            index = np.column_stack([outline, np.full(len(outline), k)])
            contours.append(mask.grid.to_world(index) * (-1, -1, 1))
    return save_rtstruct(folder, {"lesion": contours})


SAME = {
    "as drawn": plain,
    "flipped along i": lambda folder, mask: plain(folder, reordered(mask, (0, 1, 2), (0,))),
    "flipped along j": lambda folder, mask: plain(folder, reordered(mask, (0, 1, 2), (1,))),
    "flipped along k": lambda folder, mask: plain(folder, reordered(mask, (0, 1, 2), (2,))),
    "flipped along all": lambda folder, mask: plain(folder, reordered(mask, (0, 1, 2), (0, 1, 2))),
    "slices first": lambda folder, mask: plain(folder, reordered(mask, (2, 1, 0), ())),
    "transposed in plane": lambda folder, mask: plain(folder, reordered(mask, (1, 0, 2), ())),
    "permuted and flipped": lambda folder, mask: plain(folder, reordered(mask, (1, 2, 0), (0, 2))),
    "cropped to its box": lambda folder, mask: plain(folder, in_box(mask)),
    "cropped with a margin": lambda folder, mask: plain(folder, in_box(mask, 5.0)),
    "cropped, permuted, flipped": lambda folder, mask: plain(folder, reordered(in_box(mask), (2, 0, 1), (1,))),
    "1e-4 mm off": lambda folder, mask: plain(folder, moved(mask, 1e-4)),
    "float 0 and 1": as_nifti(lambda inside: inside.astype(np.float32)),
    "double 0 and 1": as_nifti(lambda inside: inside.astype(np.float64)),
    "label 255": as_nifti(lambda inside: (inside * 255).astype(np.uint8)),
    "label 7 in big endian": as_nifti(lambda inside: (inside * 7).astype(">i2")),
    "scaled integers": as_nifti(lambda inside: np.where(inside, 12, 8).astype(np.int16), scaled),
    "a probability": as_nifti(lambda inside: np.where(inside, 0.83, 0.21).astype(np.float32)),
    "not a number outside": as_nifti(lambda inside: np.where(inside, 1.0, np.nan).astype(np.float32)),
    "4-D with one volume": as_nifti(lambda inside: inside[..., None].astype(np.uint8)),
    "qform at another place": as_nifti(lambda inside: inside.astype(np.uint8), conflicting),
    "qform alone": as_nifti(lambda inside: inside.astype(np.uint8), only_qform),
    "NIfTI-2": as_nifti(lambda inside: inside.astype(np.uint8), kind=nib.Nifti2Image),
    "NRRD": as_nrrd,
    "DICOM SEG": as_seg,
    "DICOM SEG of some slices": as_sparse_seg,
    "contours along the pixels": as_contours,
}
SAID = {
    "a probability": "thresholded at 0.5",
    "not a number outside": "voxels are not finite",
    "4-D with one volume": "one volume",
    "qform at another place": "the sform was taken",
    "cropped to its box": "cropped from t1",
    "cropped, permuted, flipped": "cropped from t1",
    "flipped along k": "re-oriented to t1",
    "slices first": "re-oriented to t1",
    "1e-4 mm off": "same grid as t1",
    "as drawn": "carried from voxels of 0.8 × 0.7 × 3 mm onto t2_fs",
}
"""What the notes say of some of them."""


def numbers(lesion):
    """Volume (mm³), longest diameter (mm), centre (mm), and whether the lesion ends where its grid does."""
    inside = lesion.mask.data
    cut = any(np.take(inside, end, axis=axis).any() for axis in range(3) for end in (0, -1))
    return lesion.mesh.volume_mm3, longest_diameter(lesion.mesh.vertices)[0], lesion.mesh.centroid, cut


@pytest.mark.parametrize("stored", SAME)
def test_the_same_numbers_however_it_is_stored(stored, t1, study, tmp_path):
    """Volume and diameter to 1e-5, centre to 0.001 mm, voxels on T1 the same; on T2 at most 2 voxels differ."""
    mask = ellipsoid(t1, t1)
    truth = read_lesion(plain(tmp_path, mask), study)
    lesion = read_lesion(SAME[stored](tmp_path, mask), study)
    assert SAID.get(stored, "") in " ".join(lesion.notes)
    assert np.array_equal(lesion.mask_on(t1).data, mask.data)
    other = study.series[Role.T2_FS].volume.grid
    assert np.count_nonzero(lesion.mask_on(other).data ^ truth.mask_on(other).data) <= 2  # NIfTI's affine is float32
    volume, diameter, centre, cut = numbers(lesion)
    own = numbers(truth)
    assert volume == pytest.approx(own[0], rel=1e-5)
    assert diameter == pytest.approx(own[1], rel=1e-5)
    assert np.linalg.norm(centre - own[2]) < 1e-3
    assert not cut


def other_grids(oblique, study) -> dict[str, Grid]:
    return {
        "finer": oblique((183, 171, 17), (0.8 / 3, 0.7 / 3, 3.0)),
        "finer, flipped": oblique((122, 114, 34), (0.4, 0.35, 1.5), flips=(-1, 1, -1), origin=(0, 0, 0)),
        "the other series'": study.series[Role.T2_FS].volume.grid,
        "oblique to both": oblique((81, 83, 79), (0.9, 0.8, 1.0), turns=(0.9, 0.3, -0.5)),
        "sagittal": oblique((19, 73, 83), (3.1, 0.8, 0.7)),
    }


GRIDS = ("finer", "finer, flipped", "the other series'", "oblique to both", "sagittal")


@pytest.mark.parametrize("where", GRIDS)
def test_close_numbers_from_any_other_grid(where, oblique, t1, study, tmp_path):
    """Volume within 2 % of the closed form, diameter within 1.5 mm, centre within 0.3 mm, on T1 Dice above 0.96."""
    grid = other_grids(oblique, study)[where]
    if where != "the other series'":  # about the lesion's middle
        shift = t1.to_world((np.asarray(t1.shape) - 1) / 2) - grid.to_world((np.asarray(grid.shape) - 1) / 2)
        affine = grid.affine.copy()
        affine[:3, 3] += shift
        grid = Grid(grid.shape, affine)
    lesion = read_lesion(plain(tmp_path, ellipsoid(grid, t1)), study)
    volume, diameter, centre, _ = numbers(lesion)
    assert volume == pytest.approx(4 / 3 * np.pi * RADII.prod(), rel=0.02)
    assert diameter == pytest.approx(2 * RADII.max(), abs=1.5)
    assert np.linalg.norm(centre - t1.to_world((np.asarray(t1.shape) - 1) / 2)) < 0.3
    mine, drawn = lesion.mask_on(t1).data, ellipsoid(t1, t1).data
    assert 2 * np.count_nonzero(mine & drawn) / (mine.sum() + drawn.sum()) > 0.96


def without_codes(folder: Path, mask: Mask) -> Path:
    file = nifti(folder, mask.data.astype(np.uint8), mask.grid.affine)
    content = file.read_bytes()
    file.write_bytes(content[:252] + bytes(4) + content[256:])  # qform_code and sform_code, two bytes each
    return file


def at(affine: np.ndarray) -> Callable:
    return lambda folder, mask: nifti(folder, mask.data.astype(np.uint8), affine)


def away(folder: Path, mask: Mask) -> Path:
    return plain(folder, moved(mask, 400.0))


def transposed_alone(folder: Path, mask: Mask) -> Path:
    return nifti(folder, mask.data.transpose(2, 1, 0).astype(np.uint8), mask.grid.affine)


def doubled_alone(folder: Path, mask: Mask) -> Path:
    return nifti(folder, mask.data.repeat(2, axis=0).repeat(2, axis=1).astype(np.uint8), mask.grid.affine)


def an_image(folder: Path, mask: Mask) -> Path:
    values = np.random.default_rng(3).normal(200.0, 60.0, mask.data.shape)
    return nifti(folder, values.astype(np.float32), mask.grid.affine)


def two_labels(folder: Path, mask: Mask) -> Path:
    labels = mask.data.astype(np.int16)
    labels[:4, :5, :3] = 2
    write_volume(folder / "lesion.nii.gz", Volume(labels, mask.grid))
    return folder / "lesion.nii.gz"


REFUSED = {
    "empty": (as_nifti(lambda inside: np.zeros(inside.shape, np.uint8)), InputError, "is empty"),
    "only not a number": (as_nifti(lambda inside: np.full(inside.shape, np.nan, np.float32)), InputError, "is empty"),
    "below the threshold": (as_nifti(lambda inside: np.where(inside, 0.4, 0.1)), InputError, "is empty"),
    "beside the images": (away, GeometryError, "does not overlap"),
    "identity affine": (at(np.eye(4)), GeometryError, "lost its place"),
    "identity affine as ITK writes it": (at(np.diag([-1.0, -1, 1, 1])), GeometryError, "lost its place"),
    "spacing without orientation": (at(np.diag([0.8, 0.7, 3.0, 1])), GeometryError, "lost its place"),
    "no sform and no qform": (without_codes, GeometryError, "does not say where"),
    "transposed, its affine not": (transposed_alone, GeometryError, "but another shape"),
    "doubled, its affine not": (doubled_alone, GeometryError, "but another shape"),
    "several volumes": (
        as_nifti(lambda inside: np.stack([inside, inside], -1).astype(np.uint8)),
        InputError,
        "no label map",
    ),
    "an image": (an_image, InputError, "no label map"),
    "negative labels": (as_nifti(lambda inside: -inside.astype(np.int16)), InputError, "no label map"),
    "two labels, none chosen": (two_labels, AmbiguityError, "several regions"),
}


@pytest.mark.parametrize("stored", REFUSED)
def test_what_has_no_place_or_no_region_is_refused(stored, t1, study, tmp_path):
    make, error, message = REFUSED[stored]
    with pytest.raises(error, match=message):
        read_lesion(make(tmp_path, ellipsoid(t1, t1)), study)


def test_two_labels_are_two_lesions_with_their_own_numbers(t1, study, tmp_path):
    mask = ellipsoid(t1, t1)
    first, second = read_lesions(two_labels(tmp_path, mask), study)
    assert np.array_equal(first.mask.data, mask.data)
    assert second.mask.data.sum() == 4 * 5 * 3


def test_not_a_number_inside_is_left_out_and_counted(t1, study, tmp_path):
    mask = ellipsoid(t1, t1)
    values = mask.data.astype(np.float32)
    values[30, 25:30, 8] = np.nan
    lesion = read_lesion(nifti(tmp_path, values, t1.affine), study)
    assert mask.data.sum() - lesion.mask.data.sum() == 5
    assert "5 voxels are not finite (NaN)" in lesion.notes


def test_a_crop_at_the_series_first_voxel_is_a_crop(t1, study, tmp_path):
    """The series' affine with fewer voxels is no loss: it is the box that starts at its first voxel."""
    mask = ellipsoid(t1, t1)
    lesion = read_lesion(plain(tmp_path, mask.crop((slice(0, 59), slice(0, 55), slice(0, 16)))), study)
    assert lesion.mask.grid.matches(t1)
    assert np.array_equal(lesion.mask.data, mask.data)
    assert "cropped from t1" in lesion.notes[0]


def test_the_sparse_segment_is_really_sparse(t1, tmp_path):
    """The battery's file holds what its name says."""
    mask = ellipsoid(t1, t1)
    frames = int(dcmread(as_sparse_seg(tmp_path, mask)).NumberOfFrames)
    assert frames == np.count_nonzero(mask.data.any(axis=(0, 1))) < t1.shape[2]
