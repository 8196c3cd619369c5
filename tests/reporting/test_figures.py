"""The pictures themselves, read back from their PNG bytes. Witnesses: closed forms of the ellipsoid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.image import Grid, Mask, Volume
from pnst.measurement.measurements import Measurements
from pnst.reporting.canvas import Canvas
from pnst.reporting.figures import (
    REGIONS,
    adc_pictures,
    edema_pictures,
    extent_pictures,
    lesion_pictures,
    region_pictures,
    rim_pictures,
)
from pnst.reporting.outline_colours import LESION
from pnst.reporting.plane import FieldOfView
from pnst.study import Role, Source, Study
from reporting.picture_pixels import decoded, near, only, pixels


def restored(series, axes, flips):
    """The same series, its voxels stored in another order."""
    affine = np.eye(4)
    affine[:3, :3] = series.volume.grid.affine[:3, list(axes)]
    affine[:3, 3] = series.volume.grid.affine[:3, 3]
    data = series.volume.data.transpose(axes)
    for axis in flips:
        affine[:3, 3] += affine[:3, axis] * (data.shape[axis] - 1)
        affine[:3, axis] *= -1
    return replace(series, volume=Volume(np.flip(data, flips), Grid(data.shape, affine)))


def test_every_series_shows_the_lesion_as_a_png(made):
    pictures = lesion_pictures(made.study, made.lesion)
    assert len(pictures) == 3
    for picture in pictures:
        rows, columns, _ = pixels(picture).shape
        assert rows == columns
        assert near(pixels(picture), LESION).any()


def test_the_outline_spans_the_ellipsoid_in_true_proportions(made):
    """Closed form: in the plane through the centre the section is 28 mm wide, and 2/√(nᵀ diag(r⁻²) n) mm high."""
    picture = lesion_pictures(only(made.study, Role.T2_FS), made.lesion)[0]
    field = FieldOfView.around(made.study.series[Role.T2_FS].volume, made.lesion.mesh.vertices, 2, made.lesion)
    rows, columns = np.nonzero(near(pixels(picture), LESION))
    per_mm = pixels(picture).shape[1] / (field.window[1] - field.window[0])
    up = made.fine.directions[:, 1]
    height = 2 / np.sqrt(up @ np.diag([14.0**-2, 10.0**-2, 18.0**-2]) @ up)
    assert np.ptp(columns) / per_mm == pytest.approx(28, abs=1.5)
    assert np.ptp(rows) / per_mm == pytest.approx(height, abs=1.5)


def test_without_a_lesion_there_is_no_outline(made):
    """The colour is the outline's alone."""
    field = FieldOfView.around(made.study.series[Role.T1].volume, made.lesion.mesh.vertices, 2, made.lesion)
    canvas = Canvas(field)
    canvas.grey(field.volume.data)
    image = decoded(canvas.jpeg())
    assert not near(image, LESION).any()


@pytest.mark.parametrize(("axes", "flips"), [((2, 0, 1), (0,)), ((1, 2, 0), (1, 2)), ((0, 1, 2), (0, 1))])
def test_storage_order_changes_no_pixel(made, axes, flips):
    """Invariant: the picture shows the patient, not the file."""
    original = only(made.study, Role.T1)
    other = Study("case-07", {Role.T1: restored(original.series[Role.T1], axes, flips)})
    for draw in (lesion_pictures, extent_pictures):
        for a, b in zip(draw(original, made.lesion), draw(other, made.lesion), strict=True):
            np.testing.assert_allclose(pixels(a), pixels(b), atol=2 / 255)
            assert a.caption == b.caption


def test_the_reformats_run_across_the_slices(made):
    captions = [picture.caption for picture in extent_pictures(made.study, made.lesion)]
    assert ["coronal" in captions[0], "sagittal" in captions[1]] == [True, True]


def test_a_study_of_diffusion_alone_has_no_reformats(made):
    assert extent_pictures(only(made.study, Role.DWI), made.lesion) == []


def test_the_longest_diameter_is_drawn_from_pole_to_pole(made):
    """Closed form: 36 mm along the patient's craniocaudal axis; the line's ends are the farthest white pixels."""
    picture = extent_pictures(only(made.study, Role.T1), made.lesion)[0]
    field = FieldOfView.around(made.study.series[Role.T1].volume, made.lesion.mesh.vertices, 1, made.lesion)
    image = pixels(picture)
    per_mm = image.shape[1] / (field.window[1] - field.window[0])
    outline = np.nonzero(near(image, LESION))[0]
    inner = image[:, image.shape[1] // 2 - 30 : image.shape[1] // 2 + 30]
    white = np.nonzero(near(inner, "white", 0.02))[0]
    white = white[(white > outline.min() - 6) & (white < outline.max() + 6)]
    assert np.ptp(white) / per_mm == pytest.approx(36, rel=0.08)


@pytest.mark.parametrize("name", ["edema", "fat_rim"])
def test_a_region_is_tinted_where_it_is_and_nowhere_else(made, name):
    """Closed form: on the slice through the centre the zone is a ring round the ellipse."""
    pictures = region_pictures(made.study, made.lesion, made.m, name)
    assert len(pictures) == 3
    image = pixels(pictures[1])
    tinted = (image[..., 0] - image[..., 2]) > 0.15
    middle = np.array(image.shape[:2]) // 2
    assert tinted.any()
    assert not tinted[middle[0] - 10 : middle[0] + 10, middle[1] - 10 : middle[1] + 10].any()


def test_a_region_is_never_drawn_on_an_image_with_another_grid(made):
    moved = made.fine.affine.copy()
    moved[:3, 3] += 0.5
    elsewhere = Mask(made.m.regions["edema"].data, Grid(made.fine.shape, moved))
    assert region_pictures(made.study, made.lesion, with_regions(made.m, edema=elsewhere), "edema") == []


def test_a_region_kept_on_a_crop_of_its_image_gives_the_same_pictures(made):
    """Invariant: a crop moves the origin, not the region."""
    whole = made.m.regions["edema"]
    part = whole.crop(whole.box(margin_mm=2.0))
    assert part.grid.shape != whole.grid.shape
    pictures = [
        region_pictures(made.study, made.lesion, with_regions(made.m, edema=region), "edema")
        for region in (whole, part)
    ]
    assert pictures[0] == pictures[1]


def test_no_slice_is_shown_twice(made):
    """The region is largest where the lesion is: one slice and one reformat are left."""
    data = np.zeros(made.fine.shape, dtype=bool)
    data[..., 7] = made.m.regions["edema"].data[..., 7]
    region = Mask(data, made.fine)
    pictures = region_pictures(made.study, made.lesion, with_regions(made.m, edema=region), "edema")
    assert ["axial slice 8" in pictures[0].caption, "coronal" in pictures[1].caption] == [True, True]
    assert len(pictures) == 2


def test_an_empty_region_and_an_absent_one_are_told_apart(made):
    """No oedema is a result: the lesion is shown. No region: nothing is."""
    none = Mask(np.zeros(made.fine.shape, dtype=bool), made.fine)
    assert len(region_pictures(made.study, made.lesion, with_regions(made.m, edema=none), "edema")) == 2
    assert region_pictures(made.study, made.lesion, with_regions(made.m), "edema") == []


def test_the_adc_map_is_coloured_inside_and_black_where_it_is_not_known(made):
    image = pixels(adc_pictures(made.study, made.lesion, made.m)[0])
    middle = image[image.shape[0] // 2, image.shape[0] // 2]
    assert np.ptp(middle) > 0.2  # a colour
    assert image[image.shape[0] // 2, image.shape[0] // 8].max() == 0  # NaN
    assert adc_pictures(made.study, made.lesion, with_regions(made.m)) == []


def test_the_slices_of_a_cropped_map_are_those_of_its_series(made):
    """Invariant: a map kept on a crop is captioned as the whole one; one on a grid of its own counts its own."""
    adc = made.m.regions["adc"]
    part = adc.crop((slice(5, 45), slice(5, 41), slice(2, 11)))

    def caption(volume):
        return adc_pictures(made.study, made.lesion, with_regions(made.m, adc=volume))[0].caption

    assert caption(part) == caption(adc)
    assert "/12 (from inferior)" in caption(part)
    moved = part.grid.affine.copy()
    moved[:3, 3] += 0.4
    assert "/9 (from inferior)" in caption(Volume(part.data, Grid(part.grid.shape, moved), "um2_per_ms"))


def test_diffusion_is_shown_at_its_highest_b_value(made):
    """Changing any other volume changes no pixel; changing that one does."""
    series = made.study.series[Role.DWI]

    def shown(index):
        data = series.volume.data.copy()
        data[..., index] *= np.linspace(1, 3, data.shape[1])[:, None]
        changed = replace(series, volume=Volume(data, series.volume.grid))
        return lesion_pictures(Study("x", {Role.DWI: changed}), made.lesion)[0].data

    original = lesion_pictures(only(made.study, Role.DWI), made.lesion)[0]
    assert "b 800" in original.caption
    assert shown(0) == original.data
    assert shown(2) != original.data


def test_a_series_that_the_lesion_does_not_meet_is_left_out(made):
    far = made.fine.affine.copy()
    far[:3, 3] += 500
    away = replace(made.study.series[Role.T1], volume=Volume(np.zeros(made.fine.shape), Grid(made.fine.shape, far)))
    assert lesion_pictures(Study("x", {Role.T1: away}), made.lesion) == []
    assert extent_pictures(Study("x", {Role.T1: away}), made.lesion) == []


def test_every_region_that_is_drawn_has_a_colour_of_its_own():
    colours = [LESION, *(colour for _, colour, _ in REGIONS.values())]
    assert len(set(colours)) == len(colours)


def with_regions(m: Measurements, **regions) -> Measurements:
    return replace(m, regions=regions)


def test_the_source_of_a_series_is_not_drawn(made):
    """A digest, however changed, moves no pixel: pictures depend on voxels and geometry alone."""
    series = made.study.series[Role.T1]
    other = Study("x", {Role.T1: replace(series, source=Source("nifti", "f" * 64))})
    mine = lesion_pictures(only(made.study, Role.T1), made.lesion)
    assert lesion_pictures(other, made.lesion)[0].data == mine[0].data


def test_where_no_oedema_was_found_the_series_is_shown_all_the_same(made):
    none = replace(made.m, edema=replace(made.m.edema, present=False), regions={})
    pictures = edema_pictures(made.study, made.lesion, none)
    assert [picture.caption.endswith("; no oedema found") for picture in pictures] == [True, True]
    assert not any(near(pixels(picture), REGIONS["edema"][1]).any() for picture in pictures)
    assert all("no oedema" not in picture.caption for picture in edema_pictures(made.study, made.lesion, made.m))
    assert edema_pictures(only(made.study, Role.T1), made.lesion, none) == []


def test_the_rim_shows_whichever_lines_there_are(made):
    region = made.m.regions["edema"]
    none = Mask(np.zeros_like(region.data), region.grid)
    shown = {
        names: [
            picture.alt for picture in rim_pictures(made.study, made.lesion, with_regions(made.m, **names_of(names)))
        ]
        for names, names_of in (
            ("both", lambda _: {"thin_bright_rim": region, "capsule": region}),
            ("bright", lambda _: {"thin_bright_rim": region, "capsule": none}),
            ("neither", lambda _: {"thin_bright_rim": none, "capsule": none}),
        )
    }
    assert any("Thin bright rim" in alt for alt in shown["both"])
    assert any("Capsule" in alt for alt in shown["both"])
    assert all("Thin bright rim" in alt for alt in shown["bright"])
    assert all("Capsule" in alt for alt in shown["neither"])
    assert rim_pictures(made.study, made.lesion, with_regions(made.m)) == []
