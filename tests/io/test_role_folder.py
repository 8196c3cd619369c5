"""Witness: folders written with nibabel by hand; every refusal beside what passes."""

from __future__ import annotations

import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from pnst.errors import AmbiguityError, InputError, PnstError, SettingError
from pnst.io.role_folder import is_role_folder, read_role_folder
from pnst.io.study import read_study
from pnst.study import Role


@pytest.fixture
def folder(oblique, tmp_path) -> Path:
    """T1, STIR, DWI with two b-values, ADC in 1e-6 mm²/s without a unit, a muscle mask and a lesion."""
    path = tmp_path / "limb 3"
    path.mkdir()
    grid = oblique()
    rng = np.random.default_rng(10)
    images = {name: rng.gamma(3, 100, grid.shape) for name in ("t1", "t2_fs")}
    images["dwi"] = rng.gamma(3, 100, (*grid.shape, 2))
    images["adc"] = rng.uniform(700, 2300, grid.shape)
    images["muscle"] = images["lesion"] = (images["t1"] > 300).astype(np.uint8)
    for name, data in images.items():
        kind = np.uint8 if data.dtype == np.uint8 else np.float32
        nib.save(nib.Nifti1Image(data.astype(kind), grid.affine), path / f"{name}.nii.gz")
    (path / "dwi.bval").write_text("50 800\n")
    return path


def test_every_file_serves_by_its_name(folder, oblique):
    study = read_role_folder(folder)
    assert study.case_id == "limb 3"
    assert list(study.series) == [Role.T1, Role.T2_FS, Role.DWI, Role.ADC]
    assert list(study.masks) == ["muscle"]
    assert study.notes == ("muscle mask: same grid as t1, t2_fs, dwi, adc",)
    for series in study.series.values():
        assert series.source.format == "nifti"
        assert series.volume.grid.matches(oblique(), 1e-4)
    dwi, adc = study.series[Role.DWI], study.series[Role.ADC]
    assert (dwi.b_values, dwi.b_vectors) == ((50.0, 800.0), None)
    assert (adc.volume.unit, float(np.median(adc.volume.data))) == ("um2_per_ms", pytest.approx(1.5, abs=0.1))
    assert "inferred 1e-6 mm²/s" in adc.notes[0]
    assert read_role_folder(folder, case_id="A").case_id == "A"


def test_the_sidecar_s_unit_and_facts_are_taken(folder):
    (folder / "adc.json").write_text(json.dumps({"Units": "mm2/s"}))
    with pytest.raises(AmbiguityError, match="is written, but"):
        read_role_folder(folder)
    (folder / "adc.json").write_text(json.dumps({"Units": "1e-6 mm2/s", "EchoTime": 0.07}))
    adc = read_role_folder(folder).series[Role.ADC]
    assert adc.notes == ("ADC unit as written: 1e-6 mm²/s",)
    assert adc.acquisition.echo_time_ms == 70.0


def test_the_header_s_unit_is_taken_and_other_text_is_none(folder):
    image = nib.load(folder / "adc.nii.gz")
    for text, message in (("10^-6 mm^2/s", "as written"), ("made by hand", "inferred")):
        image.header["descrip"] = text.encode()
        nib.save(nib.Nifti1Image(np.asarray(image.dataobj), image.affine, image.header), folder / "adc.nii.gz")
        assert message in read_role_folder(folder).series[Role.ADC].notes[0]


def test_the_user_s_word_beats_the_name(folder):
    (folder / "t2_fs.nii.gz").rename(folder / "stir run 2.nii.gz")
    for name in ("stir run 2.nii.gz", "stir run 2", str(folder / "stir run 2.nii.gz")):
        assert Role.T2_FS in read_role_folder(folder, {"t2_fs": name}).series
    moved = read_role_folder(folder, {"t1_post": "t1.nii.gz", "dwi": "none"})
    assert list(moved.series) == [Role.T1_POST, Role.ADC]
    assert list(read_role_folder(folder, {"t1": "none"}).series) == [Role.DWI, Role.ADC]


def test_words_that_mean_nothing_are_refused(folder):
    with pytest.raises(SettingError, match="t1_post"):
        read_role_folder(folder, {"t3": "t1.nii.gz"})
    with pytest.raises(InputError, match=r"adc\.nii\.gz, dwi\.nii\.gz"):
        read_role_folder(folder, {"t2": "flair"})


def remove(name):
    return lambda folder: (folder / name).unlink()


def write(name, text):
    return lambda folder: (folder / name).write_text(text)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (remove("dwi.bval"), "no such file"),
        (write("dwi.bval", "50 400 800"), "3 b-values"),
        (write("dwi.bvec", "1 0\n0 1"), "3 × 2"),
        (write("t1.json", "{"), r"t1\.json"),
        (lambda f: (f / "t1.nii").write_bytes(b""), r"t1\.nii and t1\.nii\.gz"),
        (lambda f: (f / "t1.nii.gz").write_bytes((f / "t1.nii.gz").read_bytes()[:900]), r"t1\.nii\.gz"),
        (lambda f: (f / "dwi.nii.gz").rename(f / "t2.nii.gz"), "cannot serve as t2"),
        (lambda f: (f / "t1.nii.gz").replace(f / "dwi.nii.gz"), "2 b-values"),
    ],
)
def test_a_spoilt_folder_is_refused(folder, spoil, message):
    spoil(folder)
    with pytest.raises(PnstError, match=message):
        read_role_folder(folder)


def test_diffusion_with_one_b_value_is_read(folder):  # a trace image: 3-D in the file, one volume in the series
    image = nib.load(folder / "dwi.nii.gz")
    nib.save(nib.Nifti1Image(np.asarray(image.dataobj)[..., 0], image.affine), folder / "dwi.nii.gz")
    (folder / "dwi.bval").write_text("800")
    (folder / "dwi.bvec").unlink(missing_ok=True)
    dwi = read_role_folder(folder).series[Role.DWI]
    assert dwi.b_values == (800.0,)
    assert dwi.volume.data.shape[3] == 1


def test_a_mask_that_no_measurement_reads_is_refused(folder):
    for name in ("oedema", "liver"):
        with pytest.raises(
            SettingError, match=rf"'{name}'.*expected: bone, canal, canal_and_fat, cord, csf, edema, muscle, nerve"
        ):
            read_study(folder, masks={name: folder / "lesion.nii.gz"})


def test_files_that_serve_as_nothing_are_counted_in_one_note(folder):
    """Words of ours are named, a patient's never; the lesion is read for itself."""
    for name in ("flair", "T2_FS", "oedema", "Doe_John"):
        (folder / f"{name}.nii.gz").write_bytes((folder / "muscle.nii.gz").read_bytes())
    (folder / ".hidden.nii.gz").touch()
    note = "4 NIfTI files without a role were not read as a series or a mask: flair, oedema, t2_fs and 1 other"
    study = read_role_folder(folder)
    assert study.notes[0] == note
    assert list(study.masks) == ["muscle"]
    assert len(study.notes) == 2
    for name in ("flair", "T2_FS", "oedema", "Doe_John"):
        (folder / f"{name}.nii.gz").unlink()
    assert "1 NIfTI file without a role was not read as a series or a mask: t1" in (
        read_role_folder(folder, {"t1": "none"}).notes
    )


def test_the_user_s_mask_beats_the_folder_s(folder):
    """Also where the folder's cannot be read; a file that the user gives is not one that serves as nothing."""
    (folder / "muscle.nii.gz").rename(folder / "drawn.nii.gz")
    (folder / "muscle.nii.gz").write_bytes(b"damaged")
    with pytest.raises(InputError, match=r"muscle\.nii\.gz"):
        read_study(folder)
    study = read_study(folder, masks={"muscle": folder / "drawn.nii.gz"})
    assert study.notes == (
        "1 NIfTI file without a role was not read as a series or a mask: muscle",
        "muscle mask: same grid as t1, t2_fs, dwi, adc",
    )
    (folder / "muscle.nii.gz").unlink()
    (folder / "drawn.nii.gz").rename(folder / "edema.nii.gz")
    study = read_study(folder, masks={"muscle": folder / "edema.nii.gz"})
    assert (list(study.masks), len(study.notes)) == (["muscle"], 1)


def test_a_mask_that_misses_is_refused(folder, oblique):
    away = oblique(origin=(900.0, 0.0, 0.0))
    nib.save(nib.Nifti1Image(np.ones(away.shape, np.uint8), away.affine), folder / "edema.nii.gz")
    with pytest.raises(PnstError, match="the edema mask does not overlap"):
        read_role_folder(folder)


def test_what_is_a_role_folder(folder, tmp_path):
    assert is_role_folder(folder)
    (tmp_path / "other").mkdir()
    assert not is_role_folder(tmp_path / "other")
    (folder / "lesion.nii.gz").rename(tmp_path / "other" / "lesion.nii.gz")
    assert not is_role_folder(tmp_path / "other")
    assert not is_role_folder(folder / "t1.nii.gz")
    with pytest.raises(InputError, match="named by its role"):
        read_role_folder(tmp_path / "other")


def test_a_real_diffusion_series(shared_data, tmp_path):
    """Witness: nibabel and numpy's own parsing; 42 volumes with 8 b-values, directions of unit length or none."""
    source = shared_data / "leg_dwi_t2_dixon"
    for name, target in (("DTIdata", "dwi"),):
        for ending in (".nii.gz", ".bval", ".bvec"):
            (tmp_path / f"{target}{ending}").symlink_to(source / f"{name}{ending}")
    dwi = read_role_folder(tmp_path).series[Role.DWI]
    assert dwi.b_values == tuple(np.loadtxt(source / "DTIdata.bval"))
    assert dwi.b_vectors is not None
    lengths = np.linalg.norm(dwi.b_vectors, axis=1)
    assert lengths == pytest.approx((np.linalg.norm(np.loadtxt(source / "DTIdata.bvec"), axis=0) > 0).astype(float))
    assert np.array_equal(dwi.volume.data, nib.load(source / "DTIdata.nii.gz").get_fdata(dtype=np.float32))


# --- other people's names ---------------------------------------------------------------------------------------------


@pytest.fixture
def named_by_others(folder, tmp_path):
    """`case_T1_image`, `case_T2_FS`, `case_mask`: the folder's images under other names."""
    others = tmp_path / "others"
    others.mkdir()
    for name, own in {"t1": "Case7_T1_image", "lesion": "Case7_mask"}.items():
        (others / f"{own}.nii.gz").write_bytes((folder / f"{name}.nii.gz").read_bytes())
    return others


def test_words_of_other_names_are_read_and_said(named_by_others):
    study = read_role_folder(named_by_others)
    assert list(study.series) == [Role.T1]
    assert any("words of the files' names" in note and note.endswith("t1") for note in study.notes)
    assert not any("Case7" in note for note in study.notes)


def test_a_name_that_is_a_role_leaves_the_others_out(folder, named_by_others):
    (named_by_others / "t2.nii.gz").write_bytes((folder / "t1.nii.gz").read_bytes())
    assert list(read_role_folder(named_by_others).series) == [Role.T2]


def test_the_users_word_beats_a_guess(named_by_others):
    study = read_role_folder(named_by_others, roles={"t2": "Case7_T1_image.nii.gz"})
    assert list(study.series) == [Role.T2]


def test_two_guesses_for_a_role_are_refused(folder, named_by_others):
    (named_by_others / "Case8_T1.nii.gz").write_bytes((folder / "t1.nii.gz").read_bytes())
    with pytest.raises(AmbiguityError, match="several images could serve as t1"):
        read_role_folder(named_by_others)


def test_diffusion_without_b_values_is_no_guess(folder, named_by_others):
    (named_by_others / "Case7_dwi.nii.gz").write_bytes((folder / "t1.nii.gz").read_bytes())
    assert list(read_role_folder(named_by_others).series) == [Role.T1]
