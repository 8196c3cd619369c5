"""What the viewer of a report is given. Witness: nibabel, on what was packed."""

from __future__ import annotations

import gzip
from base64 import b64decode
from types import SimpleNamespace

import nibabel as nib
import numpy as np
import pytest

from pnst.image import Grid, Mask, Volume
from pnst.measurement.measurements import Measurements
from pnst.study import Lesion, Role, Series, Source, Study
from pnst.workflow import page_images as module
from pnst.workflow.page_images import page_images

CENTRE = np.array([4.0, -7.0, 11.0])


def tilted(shape, spacing, degrees=17.0):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    affine = np.eye(4)
    affine[:3, :3] = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) * spacing
    affine[:3, 3] = CENTRE - affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    return Grid(shape, affine)


def radius(grid):
    points = grid.to_world(np.stack(np.indices(grid.shape), axis=-1))
    return np.linalg.norm((points - CENTRE) / [14, 9, 12], axis=-1)


@pytest.fixture(scope="module")
def made():
    """A bright ellipsoid on fat-suppressed T2 that T1 hardly shows, an ADC map and a region, on tilted grids."""
    fine, coarse = tilted((90, 82, 15), (0.9, 1.0, 4.0)), tilted((50, 46, 13), (1.7, 1.8, 4.6))
    noise = np.random.default_rng(3).normal(100, 4, fine.shape)
    series = {
        Role.T1: Series(Role.T1, Volume(noise + 5 * (radius(fine) < 1), fine), Source("simulated", "")),
        Role.T2_FS: Series(Role.T2_FS, Volume(noise + 200 * (radius(fine) < 1), fine), Source("simulated", "")),
    }
    adc = np.where(radius(coarse) < 1, 1.234, np.nan)
    regions = {"edema": Mask((radius(fine) >= 1) & (radius(fine) < 1.4), fine), "adc": Volume(adc, coarse)}
    lesion = Lesion("tumour", Mask(radius(fine) < 1, fine), "simulation")
    return SimpleNamespace(
        study=Study("case", series), lesion=lesion, m=Measurements("case", "tumour", regions=regions), fine=fine
    )


def opened(image):
    return nib.Nifti1Image.from_bytes(gzip.decompress(b64decode(image.packed)))


def test_the_best_series_comes_first_then_the_others_the_map_regions_and_the_lesion(made):
    images = page_images(made.study, made.lesion, made.m)
    assert [image.title for image in images] == ["Fat-suppressed T2", "T1", "ADC", "Oedema", "Lesion"]
    assert [bool(image.colour) for image in images] == [False, False, False, True, True]
    assert [image.is_map for image in images] == [False, False, True, False, False]
    assert [image.is_lesion for image in images] == [False, False, False, False, True]


def test_masks_lie_where_they_lay_voxel_for_voxel(made):
    lesion = opened(page_images(made.study, made.lesion, made.m)[-1])
    data = np.asarray(lesion.dataobj) > 0
    places = nib.affines.apply_affine(lesion.affine, np.argwhere(data))
    mine = made.fine.to_world(np.argwhere(made.lesion.mask.data).astype(float))
    np.testing.assert_allclose(sorted(map(tuple, places.round(3))), sorted(map(tuple, mine.round(3))), atol=2e-3)


def test_an_image_keeps_its_grey_levels_round_the_lesion(made):
    """Within half a level of the linear window: what is shown white at first is stored as 127.5."""
    image = page_images(made.study, made.lesion, made.m)[0]
    shown = opened(image)
    levels = np.asarray(shown.dataobj)
    volume = made.study.series[Role.T2_FS].volume
    index = np.rint(volume.grid.to_index(nib.affines.apply_affine(shown.affine, [[0, 0, 0]])[0])).astype(int)
    i, j, k = (slice(start, start + n) for start, n in zip(index, levels.shape, strict=True))
    values = volume.data[i, j, k]
    inside = (levels > 0) & (levels < 255)
    slope, start = np.polyfit(values[inside], levels[inside], 1)
    assert np.abs(slope * values[inside] + start - levels[inside]).max() < 0.6
    assert (image.low, image.high) == (0.0, 127.5)
    assert levels[radius(made.fine)[i, j, k] < 0.8].max() < 255
    assert levels.size < 0.8 * volume.data.size, "the rest of the patient is left out"


def test_the_map_keeps_its_values_to_three_digits(made):
    adc = page_images(made.study, made.lesion, made.m)[2]
    values = np.asarray(opened(adc).dataobj)
    assert set(np.unique(values)) == {0, 1234}
    assert (adc.low, adc.high) == (0.0, 3000.0)


def test_a_large_image_is_thinned_in_its_plane_and_stays_where_it_is(made, monkeypatch):
    whole = opened(page_images(made.study, made.lesion, made.m)[0])
    monkeypatch.setattr(module, "MOST_VOXELS", 1000)
    thin = opened(page_images(made.study, made.lesion, made.m)[0])
    assert thin.shape == (-(-whole.shape[0] // 2), -(-whole.shape[1] // 2), whole.shape[2])
    np.testing.assert_allclose(thin.affine[:3, 3], whole.affine[:3, 3], atol=1e-4)
    assert np.array_equal(np.asarray(thin.dataobj), np.asarray(whole.dataobj)[::2, ::2])


def test_a_series_that_the_lesion_lies_outside_is_left_out(made):
    t1 = made.study.series[Role.T1]
    affine = t1.volume.grid.affine.copy()
    affine[2, 3] += 900
    far = Series(Role.T1, Volume(t1.volume.data, Grid(t1.volume.grid.shape, affine)), t1.source)
    study = Study("case", {Role.T1: far, Role.T2_FS: made.study.series[Role.T2_FS]})
    assert "T1" not in [image.title for image in page_images(study, made.lesion, made.m)]


def test_structures_round_the_lesion_come_last_and_wait_to_be_asked_for(made):
    """The given oedema is a region that was measured; a mask far from the lesion is left out."""
    near, far = radius(made.fine) < 1.5, np.zeros(made.fine.shape, dtype=bool)
    far[0, 0, 0] = True
    masks = {"nerve": Mask(near, made.fine), "vessels": Mask(far, made.fine), "edema": Mask(near, made.fine)}
    images = page_images(Study("case", made.study.series, masks), made.lesion, made.m)
    assert [image.title for image in images][-2:] == ["Lesion", "Nerve"]
    assert (images[-1].first_shown, images[-2].first_shown) == (False, True)
    assert np.asarray(opened(images[-1]).dataobj).sum() > made.lesion.mask.count


def test_equal_input_gives_equal_images(made):
    assert page_images(made.study, made.lesion, made.m) == page_images(made.study, made.lesion, made.m)
