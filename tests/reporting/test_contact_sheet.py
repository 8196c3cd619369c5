"""Every slice in one picture. Witness: the closed form of an ellipsoid's sections on tilted slices."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image

from pnst.reporting import contact_sheet as module
from pnst.reporting.contact_sheet import ACROSS, TILE, contact_sheet
from pnst.reporting.outline_colours import LESION
from pnst.study import Study


def shown(picture):
    return np.asarray(Image.open(io.BytesIO(picture.data)).convert("RGB")).astype(int)


def blue(tile):
    """Where the outline is drawn, within what 128 colours lose."""
    colour = np.array([int(LESION[i : i + 2], 16) for i in (1, 3, 5)])
    return np.abs(tile - colour).max(axis=-1) < 40


def test_every_slice_that_meets_the_lesion_is_there(made):
    """The half-length of the ellipsoid along the slices' normal n is √Σ(rᵢnᵢ)²: 17.7 mm, 4 mm a slice: 9 slices."""
    picture = contact_sheet(made.study, made.lesion)
    normal = made.fine.directions[:, 2]
    half = np.linalg.norm(np.array([14.0, 10.0, 18.0]) * normal)
    slices = 2 * int(half / 4.0) + 1
    assert picture.alt.startswith(f"{slices} slices through the lesion")
    sheet = shown(picture)
    assert sheet.shape == (-(-slices // ACROSS) * TILE, min(slices, ACROSS) * TILE, 3)
    assert "Fat-suppressed T2" in picture.caption
    assert re.search(r"every slice of the lesion.*from inferior, of 15\.", picture.caption)


def test_the_outline_is_widest_in_the_middle_slice(made):
    """Radii 14 mm in x: the outline of the middle slice is 28 mm wide, of a picture that is 58 mm wide."""
    sheet = shown(contact_sheet(made.study, made.lesion))
    tiles = [sheet[:TILE, n * TILE : (n + 1) * TILE] for n in range(8)]
    widths = [np.ptp(np.nonzero(blue(tile).any(axis=0))[0]) if blue(tile).any() else 0 for tile in tiles]
    assert np.argmax(widths) in (3, 4, 5)
    field_mm = 2 * (made.lesion.mesh.vertices.max(axis=0) - made.lesion.mesh.vertices.min(axis=0))[:2].max() / 2 + 30
    assert max(widths) * field_mm / TILE == pytest.approx(28, abs=2.0)


def test_too_many_slices_are_thinned_and_that_is_said(made, monkeypatch):
    monkeypatch.setattr(module, "MOST_TILES", 4)
    picture = contact_sheet(made.study, made.lesion)
    assert "one slice in 3 of the lesion" in picture.caption
    assert picture.alt.startswith("3 slices")


def test_without_images_there_is_no_picture(made):
    assert contact_sheet(Study("bare", {}), made.lesion) is None


def test_equal_input_gives_equal_bytes(made):
    assert contact_sheet(made.study, made.lesion).data == contact_sheet(made.study, made.lesion).data
