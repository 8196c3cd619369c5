"""Several regions in one file: lesions, tissues and what is read as neither. Witness: circles in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from mask_files import circles, save_nrrd, seg_source
from pnst.errors import AmbiguityError, GeometryError, InputError
from pnst.image import Grid, Mask, Volume
from pnst.io.dicom_write.seg import segmentation
from pnst.io.masks import read
from pnst.io.masks.read import read_lesion, read_lesions, read_mask, read_mask_with_notes, read_regions_of
from pnst.io.nifti.read import write_volume
from structure_sets import closed, save_structure_set

SLICES = (3, 4, 5)


@pytest.fixture
def grid(oblique) -> Grid:
    return oblique((90, 80, 9), (0.5, 0.6, 4.0))


def disc(grid: Grid, radius: float, centre=(0.0, 0.0), slices=SLICES):
    return closed(circles(grid, radius, slices, centre))


def ml(radius: float) -> float:
    return 3 * 4.0 * np.pi * radius**2 / 1000


def test_an_oedema_is_a_mask_and_no_tumour(tmp_path, grid, study_of):
    rois = {"GTV_Mass": disc(grid, 6.0), "GTV_Edema": disc(grid, 12.0), "Muskel links": disc(grid, 3.0, (-16, 0))}
    file, study = save_structure_set(tmp_path, rois), study_of(t1=grid)
    regions = read_regions_of(file, study)
    assert [lesion.label for lesion in regions.lesions] == ["GTV_Mass"]
    assert {name: mask.volume_mm3 / 1000 for name, mask in regions.masks.items()} == pytest.approx(
        {"edema": ml(12.0), "muscle": ml(3.0)}, rel=0.02
    )
    assert "named for edema and read as the mask of that name, not as a lesion: GTV_Edema (5)" in regions.notes
    assert [lesion.label for lesion in read_lesions(file, study)] == ["GTV_Mass"]
    assert read_lesion(file, study).label == "GTV_Mass"
    assert read_lesion(file, study, "GTV_Edema").mask.volume_mm3 / 1000 == pytest.approx(ml(12.0), rel=0.01)
    assert read_mask(file, study, "GTV_Edema").volume_mm3 / 1000 == pytest.approx(ml(12.0), rel=0.01)


def test_what_no_measurement_reads_is_left_out_and_counted(tmp_path, grid, study_of):
    rois = {
        "Tumour": disc(grid, 6.0),
        "Spinal Cord": disc(grid, 9.0, (10, 0)),
        "BODY": disc(grid, 19.0),
        "Femur": disc(grid, 4.0, (-10, 0)),
        "marks": [("POINT", disc(grid, 2.0)[0][1][:1])],
    }
    regions = read_regions_of(save_structure_set(tmp_path, rois), study_of(t1=grid))
    assert [lesion.label for lesion in regions.lesions] == ["Tumour"]
    assert sorted(regions.masks) == ["bone", "cord"]
    assert regions.notes[:2] == (
        "1 region is named for what no measurement reads and left out: body",
        "1 of the file's 5 regions are empty",
    )


def test_a_file_without_a_lesion_is_refused_with_its_regions(tmp_path, grid, study_of):
    file, study = save_structure_set(tmp_path, {"Edema": disc(grid, 9.0)}), study_of(t1=grid)
    for reader in (read_lesion, read_lesions, read_regions_of):
        with pytest.raises(InputError, match=r"holds no lesion; got: Edema \(4\).*label"):
            reader(file, study)
    assert read_lesion(file, study, "Edema").label == "Edema"


def test_lesions_drawn_over_each_other_are_refused_with_both_names(tmp_path, grid, study_of):
    file = save_structure_set(tmp_path, {"GTV": disc(grid, 8.0), "PTV": disc(grid, 10.0)})
    with pytest.raises(AmbiguityError, match="regions 'GTV' and 'PTV' overlap; got: 100%"):
        read_regions_of(file, study_of(t1=grid))
    assert read_lesion(file, study_of(t1=grid), "GTV").mask.volume_mm3 / 1000 == pytest.approx(ml(8.0), rel=0.01)


@pytest.mark.parametrize(("distance", "refused"), [(15.5, False), (8.0, False), (5.0, True)])
def test_neighbours_may_touch_but_not_share_half(distance, refused, tmp_path, grid, study_of):
    """Closed form: two circles of 8 mm share 39 % at 8 mm from each other, 61 % at 5 mm."""
    rois = {"GTV 1": disc(grid, 8.0), "GTV 2": disc(grid, 8.0, (distance, 0))}
    file = save_structure_set(tmp_path, rois)
    if refused:
        with pytest.raises(AmbiguityError, match="'GTV 1' and 'GTV 2' overlap; got: 61%"):
            read_regions_of(file, study_of(t1=grid))
    else:
        assert len(read_regions_of(file, study_of(t1=grid)).lesions) == 2


def test_lesions_on_grids_of_their_own_are_compared_too(tmp_path, grid, oblique, study_of):
    """The second leaves the image, whose grid is grown for it."""
    rois = {"GTV": disc(grid, 8.0, (16, 0)), "CTV": disc(grid, 9.0, (17, 0))}
    with pytest.raises(AmbiguityError, match="'GTV' and 'CTV' overlap"):
        read_regions_of(save_structure_set(tmp_path, rois), study_of(t1=grid))


def test_two_regions_of_one_tissue_are_united(tmp_path, grid, study_of):
    rois = {"GTV": disc(grid, 5.0), "Edema 1": disc(grid, 4.0, (-14, 0)), "Edema 2": disc(grid, 3.0, (14, 0))}
    masks = read_regions_of(save_structure_set(tmp_path, rois), study_of(t1=grid)).masks
    assert masks["edema"].volume_mm3 / 1000 == pytest.approx(ml(4.0) + ml(3.0), rel=0.03)


def test_names_beyond_the_field_s_words_become_numbers_unless_identity_is_kept(tmp_path, grid, study_of):
    file = save_structure_set(tmp_path, {"Doe^Jane 1980": disc(grid, 6.0), "Roe": disc(grid, 4.0, (15, 0))})
    study = study_of(t1=grid)
    lesions = read_lesions(file, study)
    assert [lesion.label for lesion in lesions] == ["4", "5"]
    assert not any(word in str((lesion.notes, lesion.made_by)) for lesion in lesions for word in ("Doe", "Roe"))
    kept = read_lesions(file, study, keep_identity=True)
    assert [lesion.label for lesion in kept] == ["Doe^Jane 1980", "Roe"]
    assert read_lesion(file, study, "Doe^Jane 1980").label == "4"
    with pytest.raises(AmbiguityError) as refusal:
        read_lesion(file, study)
    assert "Doe" not in str(refusal.value)


def test_lesions_of_one_name_are_told_apart(tmp_path, grid, study_of):
    rois = {"tumour": disc(grid, 6.0), "tumour ": disc(grid, 4.0, (15, 0))}
    lesions = read_lesions(save_structure_set(tmp_path, rois), study_of(t1=grid))
    assert [lesion.label for lesion in lesions] == ["tumour (1)", "tumour (2)"]


@pytest.mark.parametrize("name", ["GTV: 肿瘤 Läsion", "a:b:c", "Опухоль", " padded ", "u\u0308ber"])
@pytest.mark.parametrize("declared", ["ISO_IR 192", None, "ISO_IR 100", "no such set"])
def test_a_name_in_any_script_is_found_however_its_bytes_are_declared(name, declared, tmp_path, grid, study_of):
    def encode(dataset):
        dataset.SpecificCharacterSet = "ISO_IR 192"
        dataset.StructureSetROISequence[0].ROIName = name

    file, study = save_structure_set(tmp_path, {"a": disc(grid, 6.0), "b": disc(grid, 4.0, (15, 0))}, encode), None
    content = file.read_bytes()
    at = content.index(b"\x08\x00\x05\x00CS")
    length = int.from_bytes(content[at + 6 : at + 8], "little")
    value = b"" if declared is None else declared.encode().ljust(len(declared) + len(declared) % 2)
    element = b"" if declared is None else content[at : at + 6] + len(value).to_bytes(2, "little") + value
    file.write_bytes(content[:at] + element + content[at + 8 + length :])
    study = study_of(t1=grid)
    for label in (name, name.strip(), "4", 4):
        assert read_lesion(file, study, label).mask.volume_mm3 / 1000 == pytest.approx(ml(6.0), rel=0.01)
    assert len(read_lesions(file, study)) == 2


def test_a_name_in_latin_1_without_a_character_set_is_found(tmp_path, grid, study_of):
    file = save_structure_set(tmp_path, {"Laesion": disc(grid, 6.0)})
    file.write_bytes(file.read_bytes().replace(b"Laesion", b"L\xe4sionX"))
    assert read_lesion(file, study_of(t1=grid), "LäsionX").label == "LäsionX"


def test_segments_and_slicer_s_segments_are_named_alike(tmp_path, grid, study_of):
    inside = np.zeros(grid.shape, bool)
    inside[30:60, 30:50, 3:6] = True
    study = study_of(t1=grid)
    for name, reads in (("Edema", False), ("Doe", True), ("tumour", True)):
        seg = segmentation(Mask(inside, grid), name, "a test", [seg_source()], 3)
        seg.save_as(tmp_path / "s.dcm", enforce_file_format=True)
        save_nrrd(tmp_path / "a.seg.nrrd", Mask(inside, grid), name)
        for file in (tmp_path / "a.seg.nrrd", tmp_path / "s.dcm"):
            if reads:
                assert read_lesions(file, study)[0].label == ("1" if name == "Doe" else name)
            else:
                with pytest.raises(InputError, match="holds no lesion"):
                    read_lesions(file, study)


def test_the_labels_of_a_map_are_lesions(tmp_path, grid, study_of):
    labels = np.zeros(grid.shape, np.int16)
    labels[30:60, 30:50, 3:6], labels[5:9, 5:9, 3:6] = 1, 9
    write_volume(tmp_path / "lesion.nii.gz", Volume(labels, grid))
    regions = read_regions_of(tmp_path / "lesion.nii.gz", study_of(t1=grid))
    assert [lesion.label for lesion in regions.lesions] == ["1", "9"]
    assert (regions.masks, regions.notes) == ({}, ())


def test_one_region_beside_the_images_does_not_spoil_the_others(tmp_path, grid, oblique, study_of):
    away = oblique((90, 80, 9), (0.5, 0.6, 4.0), origin=(400.0, 0.0, 0.0))
    rois = {"GTV": disc(grid, 6.0), "GTV 2": disc(away, 6.0)}
    regions = read_regions_of(save_structure_set(tmp_path, rois), study_of(t1=grid))
    assert [lesion.label for lesion in regions.lesions] == ["GTV"]
    assert "region 5 was left out" in regions.notes[0]


def test_muscle_is_sampled_where_it_is_drawn_and_oedema_is_interpolated(tmp_path, oblique, study_of):
    """Muscle on three slices far apart is three slices; oedema so drawn is refused, on every second slice filled."""
    grid = oblique((90, 80, 21), (0.5, 0.6, 4.0))
    study, slice_ml = study_of(t1=grid), 4.0 * np.pi * 16 / 1000
    mass, muscle = disc(grid, 6.0, (0, 12), (8, 9, 10)), disc(grid, 4.0, (-14, 0), (2, 9, 16))
    file = save_structure_set(
        tmp_path,
        {"GTV": mass, "Muscle": muscle, "Edema": disc(grid, 4.0, (14, 0), (8, 10, 12))},
    )
    masks = read_regions_of(file, study).masks
    assert masks["muscle"].volume_mm3 / 1000 == pytest.approx(3 * slice_ml, rel=0.03)
    assert masks["edema"].volume_mm3 / 1000 == pytest.approx(5 * slice_ml, rel=0.03)
    given, _ = read_mask_with_notes(file, study, "Muscle", sampled=True)
    assert np.array_equal(given.data, masks["muscle"].data)
    with pytest.raises(GeometryError, match="too few slices"):
        read_mask(file, study, "Muscle")


def test_more_lesions_than_the_memory_holds_are_refused(tmp_path, grid, study_of, monkeypatch):
    monkeypatch.setattr(read, "MAX_MASK_BYTES", 100_000)
    rois = {"GTV 1": disc(grid, 4.0), "GTV 2": disc(grid, 4.0, (15, 0))}
    with pytest.raises(InputError, match="more regions than fit into memory"):
        read_lesions(save_structure_set(tmp_path, rois), study_of(t1=grid))
