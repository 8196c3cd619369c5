"""The pixels of a picture, and where one of its colours lies."""

from __future__ import annotations

import io

import numpy as np
from matplotlib.colors import to_rgb
from PIL import Image

from pnst.study import Study


def pixels(picture):
    """(rows, columns, 3) in 0–1."""
    return decoded(picture.data)


def decoded(data):
    """(rows, columns, 3) in 0–1 of a PNG or JPEG."""
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")) / 255


def near(image, colour, tolerance=0.12):
    """Where an image has a colour."""
    return np.abs(image - np.array(to_rgb(colour))).max(axis=-1) < tolerance


def only(study, *roles):
    """The study with these series alone."""
    return Study(study.case_id, {role: study.series[role] for role in roles})
