"""Witness: an ellipsoid in closed form, drawn with every type of contour; every contour is counted."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag

from pnst.errors import InputError, PnstError
from pnst.image import Grid
from pnst.io.masks import roi
from pnst.io.masks.read import read_lesion, read_lesions
from structure_sets import closed, ellipsoid_rings, save_structure_set

RADII = (15.0, 12.0, 22.0)
VOLUME = 4 / 3 * np.pi * 15 * 12 * 22
SLICES = range(4, 15)
"""All that the ellipsoid meets."""


@pytest.fixture
def grid(oblique) -> Grid:
    return oblique((90, 80, 19), (0.5, 0.6, 4.0))


@pytest.fixture
def rings(grid) -> list[np.ndarray]:
    return ellipsoid_rings(grid, RADII, SLICES)


def read(folder, grid, study_of, contours, edit=lambda dataset: None):
    return read_lesion(save_structure_set(folder, {"tumour": contours}, edit), study_of(t1=grid), "tumour")


def ends_meet(ring: np.ndarray, mm: float = 0.0) -> np.ndarray:
    return np.concatenate([ring, ring[:1] + mm])


WHOLE = {
    "interpolated by the planning system": lambda rings: [
        ("INTERPOLATED_PLANAR" if n % 2 else "CLOSED_PLANAR", ring) for n, ring in enumerate(rings)
    ],
    "all of them interpolated": lambda rings: [("INTERPOLATED_PLANAR", ring) for ring in rings],
    "open, but closed by their first point": lambda rings: [("OPEN_PLANAR", ends_meet(ring)) for ring in rings],
    "open, but closed within rounding": lambda rings: [("OPEN_PLANAR", ends_meet(ring, 0.01)) for ring in rings],
    "closed, and by their first point too": lambda rings: closed([ends_meet(ring) for ring in rings]),
    "in small letters": lambda rings: [("closed_planar ", ring) for ring in rings],
    "XOR without a hole": lambda rings: [("CLOSEDPLANAR_XOR", ring) for ring in rings],
    "beside points and a line": lambda rings: [
        *closed(rings),
        ("POINT", rings[0][:1]),
        ("OPEN_PLANAR", rings[3][:90]),
        ("OPEN_NONPLANAR", rings[3][:30]),
    ],
}
COUNTED = {
    "interpolated by the planning system": "11 of the file's 11 contours were used (5 INTERPOLATED_PLANAR among them)",
    "open, but closed by their first point": "11 of the file's 11 contours were used (11 OPEN_PLANAR among them)",
    "beside points and a line": "11 of the file's 14 contours were used (1 OPEN_NONPLANAR, 1 OPEN_PLANAR, 1 POINT",
}


@pytest.mark.parametrize("how", WHOLE)
def test_a_contour_of_any_type_with_an_inside_is_used(how, tmp_path, grid, rings, study_of):
    """Closed form to 2 %: 4 mm slices of an ellipsoid of 22 mm."""
    lesion = read(tmp_path, grid, study_of, WHOLE[how](rings))
    assert lesion.mask.volume_mm3 == pytest.approx(VOLUME, rel=0.02)
    assert COUNTED.get(how, "") in lesion.notes[0]


def test_the_contours_of_one_roi_may_stand_in_several_items(tmp_path, grid, rings, study_of):
    def split(dataset):
        first, second = dataset.ROIContourSequence
        second.ReferencedROINumber = first.ReferencedROINumber
        del dataset.StructureSetROISequence[1]

    rois = {"tumour": closed(rings[::2]), "rest": closed(rings[1::2])}
    (lesion,) = read_lesions(save_structure_set(tmp_path, rois, split), study_of(t1=grid))
    assert lesion.mask.volume_mm3 == pytest.approx(VOLUME, rel=0.02)
    assert len(lesion.notes) == 1


def test_contours_that_no_roi_names_are_a_region_by_their_number(tmp_path, grid, rings, study_of):
    def unnamed(dataset):
        del dataset.StructureSetROISequence[1]

    file = save_structure_set(tmp_path, {"tumour": closed(rings[:3]), "lost": closed(rings[7:])}, unnamed)
    assert [lesion.label for lesion in read_lesions(file, study_of(t1=grid))] == ["tumour", "5"]


def untyped(dataset):
    del dataset.ROIContourSequence[0].ContourSequence[2].ContourGeometricType


def without_data(dataset):
    del dataset.ROIContourSequence[0].ContourSequence[2].ContourData


def cut(dataset):
    contour = dataset.ROIContourSequence[0].ContourSequence[2]
    contour.ContourData = list(contour.ContourData)[:300]


def not_triples(dataset):
    contour = dataset.ROIContourSequence[0].ContourSequence[2]
    contour.ContourData = list(contour.ContourData)[:-1]


def of_type(name):
    def edit(dataset):
        dataset.ROIContourSequence[0].ContourSequence[2].ContourGeometricType = name

    return edit


def with_number(text):
    def edit(dataset):
        contour = dataset.ROIContourSequence[0].ContourSequence[2]
        dataset.ROIContourSequence[0].ContourSequence[2].ContourData = [text, *list(contour.ContourData)[1:]]

    return edit


def number_twice(dataset):
    dataset.StructureSetROISequence[0].ROINumber = dataset.StructureSetROISequence[1].ROINumber


DAMAGED = {
    "no geometric type": untyped,
    "no data": without_data,
    "100 points where 200 are declared": cut,
    "not triples": not_triples,
    "unknown type 'SPLINE'": of_type("SPLINE"),
    "unknown type 'of free text'": of_type("doe, john"),
    "coordinates that are no places": with_number("1e30"),
    "are no places": with_number("-12345.6"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_roi_is_refused_by_name_and_spoils_no_other(damage, tmp_path, grid, rings, study_of):
    file = save_structure_set(tmp_path, {"broken": closed(rings), "tumour": closed(rings)}, DAMAGED[damage])
    study = study_of(t1=grid)
    assert read_lesion(file, study, "tumour").mask.volume_mm3 == pytest.approx(VOLUME, rel=0.02)
    assert read_lesion(file, study, "5").label == "tumour"
    lesions = read_lesions(file, study)
    assert len(lesions) == 1
    assert any(note.startswith("region ") and "was left out" in note and damage in note for note in lesions[0].notes)
    with pytest.raises(InputError, match=damage):
        read_lesion(file, study, "broken")


def test_two_rois_of_one_number_are_refused(tmp_path, grid, rings, study_of):
    """Which contours are whose is not known."""
    file = save_structure_set(tmp_path, {"broken": closed(rings), "tumour": closed(rings)}, number_twice)
    for name in ("broken", "tumour"):
        with pytest.raises(InputError, match="another ROI's"):
            read_lesion(file, study_of(t1=grid), name)


def test_a_file_of_damaged_rois_alone_is_refused(tmp_path, grid, rings, study_of):
    file = save_structure_set(tmp_path, {"broken": closed(rings)}, untyped)
    for reader in (read_lesion, read_lesions):
        with pytest.raises(PnstError):
            reader(file, study_of(t1=grid))


@pytest.mark.parametrize("text", ["NaN", "inf", "1e400", "abc", "1,5"])
def test_bytes_that_are_no_numbers_are_refused(text, tmp_path, grid, rings, study_of):
    file = save_structure_set(tmp_path, {"tumour": closed(rings)})
    content = file.read_bytes()
    at = content.index(b"\\", len(content) // 2) + 1
    end = content.index(b"\\", at)
    written = text.encode().ljust(end - at)[: end - at]
    file.write_bytes(content[:at] + written + content[end:])
    with pytest.raises(InputError, match="no places"):
        read_lesion(file, study_of(t1=grid), "tumour")


def test_points_are_counted_before_they_are_read(tmp_path, grid, rings, study_of, monkeypatch):
    monkeypatch.setattr(roi, "MAX_POINTS", 1000)
    with pytest.raises(InputError, match="over 1000 points"):
        read(tmp_path, grid, study_of, closed(rings))


def test_ten_million_points_are_refused_without_gigabytes(tmp_path, grid, rings, study_of, bounded):
    """60 MB of one contour's data; the other ROI is read."""
    file = save_structure_set(tmp_path, {"broken": closed(rings[:1]), "tumour": closed(rings)})
    dataset = dcmread(file)
    contour = dataset.ROIContourSequence[0].ContourSequence[0]
    del contour.NumberOfContourPoints
    value, tag = b"0\\" * 30_000_000 + b"0 ", Tag("ContourData")
    contour.add(RawDataElement(tag, "UN", len(value), value, 0, False, True))
    dataset.save_as(file)
    with bounded(seconds=60.0, gigabytes=1.0):
        (lesion,) = read_lesions(file, study_of(t1=grid))
    assert lesion.label == "tumour"
