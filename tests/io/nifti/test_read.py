"""Witness: nibabel's own reading and writing of the same files, and headers written by hand."""

from __future__ import annotations

import gzip
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from pnst.errors import GeometryError, InputError
from pnst.image import Grid, Mask, Volume
from pnst.io.nifti.read import is_nifti, nifti_bytes, read_volume, stem, write_volume


def saved(folder: Path, data: np.ndarray, sform=None, qform=None, name: str = "image.nii.gz", unit: str = "mm") -> Path:
    image = nib.Nifti1Image(data, None)
    image.header.set_xyzt_units(unit)
    image.set_sform(sform, 0 if sform is None else 1)
    image.set_qform(qform, 0 if qform is None else 1)
    nib.save(image, folder / name)
    return folder / name


@pytest.fixture
def ramp(oblique) -> tuple[np.ndarray, np.ndarray]:
    grid = oblique((5, 6, 7))
    return np.arange(210, dtype=np.float32).reshape(grid.shape), grid.affine


@pytest.mark.parametrize("name", ["image.nii", "image.nii.gz"])
@pytest.mark.parametrize("unsigned", [False, True])
def test_write_and_nibabel_agree(oblique, tmp_path, name, unsigned):
    grid = oblique(flips=(-1, 1, 1))
    data = np.random.default_rng(1).normal(size=grid.shape).astype(np.float32)
    data = np.rint(data * 1000) if unsigned else data
    write_volume(tmp_path / name, Volume(data, grid))
    image = nib.load(tmp_path / name)
    assert np.array_equal(image.get_fdata(dtype=np.float32), data)
    assert image.get_data_dtype() == (np.int16 if unsigned else np.float32)
    for affine, code in (image.get_sform(coded=True), image.get_qform(coded=True)):
        assert code == 1
        assert np.abs(affine - grid.affine).max() < 1e-4
    values, back, notes = read_volume(tmp_path / name)
    assert np.array_equal(values, data)
    assert back.matches(grid, 1e-4)
    assert notes == ()


def test_a_mask_is_written_as_bytes_of_0_and_1(oblique, tmp_path):
    grid = oblique()
    inside = np.random.default_rng(2).random(grid.shape) > 0.5
    write_volume(tmp_path / "mask.nii.gz", Mask(inside, grid))
    image = nib.load(tmp_path / "mask.nii.gz")
    assert image.get_data_dtype() == np.uint8
    assert np.array_equal(np.asarray(image.dataobj) == 1, inside)


def test_values_beyond_int16_and_nan_survive(oblique, tmp_path):
    grid = oblique((3, 4, 5))
    data = np.full(grid.shape, 40000.0, np.float32)
    data[1, 2, 3] = np.nan
    write_volume(tmp_path / "a.nii", Volume(data, grid))
    values, _, notes = read_volume(tmp_path / "a.nii")
    assert np.array_equal(values, data, equal_nan=True)
    assert notes == ("1 voxels are not finite (NaN)",)


def test_writing_twice_gives_the_same_bytes_and_leaves_nothing_else(oblique, tmp_path):
    volume = Volume(np.ones((5, 6, 7), np.float32), oblique((5, 6, 7)))
    write_volume(tmp_path / "a.nii.gz", volume)
    first = (tmp_path / "a.nii.gz").read_bytes()
    write_volume(tmp_path / "a.nii.gz", volume)
    assert (tmp_path / "a.nii.gz").read_bytes() == first
    assert first[4:8] == bytes(4)  # gzip's time stamp
    assert [file.name for file in tmp_path.iterdir()] == ["a.nii.gz"]


def test_another_ending_is_refused(oblique, tmp_path):
    with pytest.raises(InputError, match="rename"):
        write_volume(tmp_path / "a.mha", Mask(np.ones((5, 6, 7), bool), oblique((5, 6, 7))))
    assert not list(tmp_path.iterdir())


def test_the_sform_wins_and_a_conflict_is_said(ramp, tmp_path):
    data, affine = ramp
    shifted = affine.copy()
    shifted[0, 3] += 2.5
    _, grid, notes = read_volume(saved(tmp_path, data, sform=affine, qform=shifted))
    assert np.abs(grid.affine - affine).max() < 1e-4
    assert notes == ("sform and qform disagree by up to 2.5 mm; the sform was taken",)


@pytest.mark.parametrize("turn_deg", [0.0, 31.0, 120.0, 179.0, 179.98, 180.0])
def test_the_rounding_of_a_quaternion_is_no_conflict_and_a_tenth_of_a_voxel_is(tmp_path, turn_deg):
    """Invariant: our own files come back without a word; near half a turn float32 tells the qform apart least."""
    affine = np.eye(4)
    axis = np.array([0.36, -0.48, 0.8])
    affine[:3, :3] = Rotation.from_rotvec(np.radians(turn_deg) * axis).as_matrix() * (0.7, 0.9, 5.0)
    affine[:3, 3] = -412.3, 388.1, 951.7
    grid = Grid((320, 256, 2), affine)
    write_volume(tmp_path / "a.nii.gz", Mask(np.ones(grid.shape, bool), grid))
    assert read_volume(tmp_path / "a.nii.gz")[2] == ()
    if turn_deg < 179:
        shifted = affine + np.outer((0, 0, 0.07, 0), (0, 0, 0, 1))
        file = saved(tmp_path, np.ones(grid.shape, np.uint8), sform=affine, qform=shifted)
        assert read_volume(file)[2] == ("sform and qform disagree by up to 0.07 mm; the sform was taken",)


def test_the_qform_serves_where_the_sform_has_no_code(ramp, tmp_path):
    data, affine = ramp
    _, grid, notes = read_volume(saved(tmp_path, data, qform=affine))
    assert np.abs(grid.affine - affine).max() < 1e-4
    assert notes == ()


def test_a_file_without_a_place_is_refused(ramp, tmp_path):
    with pytest.raises(GeometryError, match="does not say where its voxels are"):
        read_volume(saved(tmp_path, ramp[0]))


def test_a_sheared_sform_is_refused(ramp, tmp_path):
    data, affine = ramp
    sheared = affine.copy()
    sheared[:3, 1] += 0.2 * sheared[:3, 0]
    with pytest.raises(GeometryError):
        read_volume(saved(tmp_path, data, sform=sheared))


def test_metres_become_millimetres(ramp, tmp_path):
    data, affine = ramp
    metres = np.diag([1e-3, 1e-3, 1e-3, 1]) @ affine
    _, grid, notes = read_volume(saved(tmp_path, data, sform=metres, unit="meter"))
    assert np.abs(grid.affine - affine).max() < 1e-4
    assert notes == ("the header gives lengths in metres, taken as 1000 mm",)


def test_scaled_integers_are_scaled(ramp, tmp_path):
    data, affine = ramp
    image = nib.Nifti1Image(data.astype(np.int16), affine)
    image.header.set_slope_inter(0.5, -7.0)
    nib.save(image, tmp_path / "a.nii")
    stored = bytearray((tmp_path / "a.nii").read_bytes())
    stored[112:120] = np.array([0.5, -7.0], "<f4").tobytes()
    (tmp_path / "a.nii").write_bytes(stored)
    raw = np.frombuffer(bytes(stored[352:]), "<i2").reshape(data.shape, order="F")
    values, _, _ = read_volume(tmp_path / "a.nii")
    assert values.dtype == np.float32
    assert np.array_equal(values, raw * 0.5 - 7.0)


def test_one_volume_in_four_axes_is_read_as_three_and_said(ramp, tmp_path):
    data, affine = ramp
    values, _, notes = read_volume(saved(tmp_path, data[..., np.newaxis], sform=affine))
    assert values.shape == data.shape
    assert notes == ("a 4-D file with one volume, read as 3-D",)


def test_four_axes_stay_four_and_five_are_refused(ramp, tmp_path):
    data, affine = ramp
    several = np.stack([data, data + 1], axis=-1)
    assert read_volume(saved(tmp_path, several, sform=affine))[0].shape == (5, 6, 7, 2)
    with pytest.raises(InputError, match="stack of slices"):
        read_volume(saved(tmp_path, np.stack([several, several], axis=-1), sform=affine))


def test_the_content_decides_not_the_name(ramp, tmp_path):
    data, affine = ramp
    file = saved(tmp_path, data, sform=affine)
    assert np.array_equal(read_volume(file.rename(tmp_path / "image.nii"))[0], data)


@pytest.mark.parametrize("keep", [0, 3, 200, 352, 600])
def test_a_truncated_file_is_refused(ramp, tmp_path, keep):
    file = saved(tmp_path, ramp[0], sform=ramp[1], name="a.nii")
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(InputError, match=r"a\.nii"):
        read_volume(file)
    file.write_bytes(gzip.compress(b"x" * 4000, mtime=0)[:-9])
    with pytest.raises(InputError, match=r"a\.nii"):
        read_volume(file)


def test_a_packed_file_with_a_wrong_sum_is_refused(ramp, tmp_path):
    file = saved(tmp_path, ramp[0], sform=ramp[1])
    content = bytearray(file.read_bytes())
    content[-8] ^= 1
    file.write_bytes(content)
    with pytest.raises(InputError, match="incorrect data check"):
        read_volume(file)


def test_a_mended_header_is_said(ramp, tmp_path, capfd):
    """A negative voxel length: nibabel takes its size and we say so in a note, not on standard error."""
    file = saved(tmp_path, ramp[0], sform=ramp[1], name="a.nii")
    content = bytearray(file.read_bytes())
    content[80:84] = np.array([-0.7], "<f4").tobytes()
    file.write_bytes(content)
    _, _, notes = read_volume(file)
    assert len(notes) == 1
    assert notes[0].startswith("header mended: pixdim[1,2,3] should be positive")
    assert capfd.readouterr().err == ""


def test_colours_and_missing_files_are_refused(ramp, tmp_path):
    colours = np.zeros((5, 6, 7), dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
    with pytest.raises(InputError, match="type"):
        read_volume(saved(tmp_path, colours, sform=ramp[1]))
    with pytest.raises(InputError, match="no such file"):
        read_volume(tmp_path / "absent.nii")


def test_names_of_nifti_files():
    assert [stem(Path(n)) for n in ("t1.nii", "t1.nii.gz", "T1.NII.GZ", "t1.v2.nii", "t1.mha")] == [
        "t1",
        "t1",
        "T1",
        "t1.v2",
        "t1.mha",
    ]
    assert is_nifti(Path("t1.nii.gz"))
    assert not is_nifti(Path("t1.nii.txt"))


def test_real_images_read_as_nibabel_reads_them(shared_data):
    """Witness: nibabel. Axis codes LAS, PSR, RAS; scaled and unscaled; sform and qform alone."""
    files = [
        "spine_cord/sct_testing_data/t2/t2.nii.gz",
        "spine_cord/sct_testing_data/dmri/dmri.nii.gz",
        "spine_cord/sct_testing_data/t2s/t2s.nii.gz",
        "sts_t1/nifti/STS_003/MR_T1_image.nii.gz",
    ]
    for name in files:
        image = nib.load(shared_data / name)
        values, grid, _ = read_volume(shared_data / name)
        assert np.array_equal(values, image.get_fdata(dtype=np.float32))
        assert np.abs(grid.affine - image.affine).max() < 1e-6


def test_the_bytes_in_memory_are_those_of_the_file(tmp_path):
    affine = np.array([[0.8, -0.2, 0.1, 3.0], [0.24, 0.79, 0.05, -7.0], [-0.3, 0.0, 3.3, 1.0], [0, 0, 0, 1]])
    affine[:3, :3] = np.linalg.qr(affine[:3, :3])[0] * (0.8, 0.9, 3.3)
    volume = Volume(np.arange(2 * 3 * 4).reshape(2, 3, 4) + 0.5, Grid((2, 3, 4), affine), "um2_per_ms")
    write_volume(tmp_path / "a.nii", volume)
    assert nifti_bytes(volume) == (tmp_path / "a.nii").read_bytes()
