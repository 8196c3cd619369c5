"""The pictures of given masks: drawn on their own voxels alone, the contact coloured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nerves import NerveScene
from pnst.image import Mask
from pnst.measurement import measure as measuring
from pnst.reporting.outline_colours import INDISTINCT
from pnst.reporting.structure_pictures import COLOURS, bone_pictures, contact_pictures, cord_pictures, nerve_pictures
from pnst.study import Study
from reporting.picture_pixels import near, pixels
from touching import BoneScene
from without_intervals import measure

BONE, NERVE = BoneScene(), NerveScene()


@pytest.fixture
def only_masks(monkeypatch):
    names = ("nerve", "bone", "invasion")
    monkeypatch.setattr(measuring, "FAMILIES", tuple(one for one in measuring.FAMILIES if one[0] in names))


def test_the_contact_is_coloured(only_masks):
    study, lesion = BONE.study(), BONE.lesion()
    pictures = contact_pictures(study, lesion, measure(study, lesion))
    assert len(pictures) == 2
    assert any(near(pixels(picture), INDISTINCT).any() for picture in pictures)
    assert all("orange where one of the given structures touches it" in picture.caption for picture in pictures)
    assert all("bone (amber)" in picture.caption for picture in pictures)


def test_the_nerve_is_tinted(only_masks):
    study, lesion = NERVE.study(), NERVE.lesion()
    pictures = nerve_pictures(study, lesion, measure(study, lesion))
    image = pixels(pictures[0])
    assert ((image[..., 0] - image[..., 2]) > 0.15).any()
    assert "nerve (yellow)" in pictures[0].caption


def test_a_mask_with_other_voxels_is_not_drawn(only_masks):
    study, lesion = NERVE.study(), NERVE.lesion()
    mask = study.masks["nerve"]
    affine = mask.grid.affine.copy()
    affine[:3, 3] += 0.4
    moved = Study("x", study.series, {"nerve": Mask(mask.data, type(mask.grid)(mask.grid.shape, affine))})
    assert nerve_pictures(moved, lesion, measure(moved, lesion)) == []


def test_without_masks_or_images_there_is_no_picture(only_masks):
    lesion = BONE.lesion()
    study = BONE.without_image()
    assert contact_pictures(study, lesion, measure(study, lesion)) == []
    assert bone_pictures(BONE.study(), lesion, measure(study, lesion)) == []


def test_what_is_drawn_together_differs():
    """Colours of one picture; a canal and a cord are never drawn in the same one."""
    together = [COLOURS[name][1] for name in ("bone", "vessels", "nerve", "cord")]
    assert len(set(together)) == len(together)
    assert len({COLOURS[name][1] for name in ("nerve", "nerve_other_side")}) == 2
    assert np.all([colour.startswith("#") for _, colour in COLOURS.values()])


def test_the_cord_is_shown_with_and_without_oedema(only_masks):
    study, lesion = NERVE.study(), NERVE.lesion()
    cord = study.masks["nerve"]
    with_cord = Study("A", study.series, masks={"cord": cord})
    m = measure(with_cord, lesion)
    pictures = cord_pictures(with_cord, lesion, m)
    assert pictures
    assert all("cord (green)" in picture.caption for picture in pictures)
    none = replace(m, regions={"cord_edema": Mask(np.zeros_like(cord.data), cord.grid)})
    assert len(cord_pictures(with_cord, lesion, none)) == len(pictures)
    some = replace(m, regions={"cord_edema": cord})
    assert any("Oedema of the cord" in picture.alt for picture in cord_pictures(with_cord, lesion, some))
    assert cord_pictures(study, lesion, m) == []
