"""What to look at in a segmentation, in sentences; and one that contradicts its prompt."""

from __future__ import annotations

import numpy as np

from pnst.errors import AmbiguityError
from pnst.image import Mask
from pnst.kernels.box import faces
from pnst.segmentation.confidence import Signs
from pnst.segmentation.field import Field
from pnst.segmentation.looks import Looks

LOW_DICE = 0.8
"""Look first at what is likely to agree less than this with a reader."""
LEANS = 0.95
"""The mask is the prompt's own body where their Dice is over this: the images added nothing."""
DISAGREE = 2.5
"""Series disagree where what they add lies this many logits apart (median over the body's surface)."""

AGREES = (1 / 3, 3.0)
"""Of the volume of the prompt's own body: beyond, images and prompt speak of two things. 221 lesions, 199 of them
simulated, held 0.67 to 1 of it (ours)."""


def refuse_contradiction(mask: Mask, field: Field) -> None:
    """Raise `AmbiguityError` where what was found is far smaller or larger than what the prompt marks."""
    marked = np.count_nonzero(field.depth > 0)
    low, high = (share * marked for share in AGREES)
    if not low <= mask.count <= high:
        ml = field.grid.voxel_volume_mm3 / 1000
        raise AmbiguityError(
            "the images contradict the prompt",
            got=f"{mask.count * ml:.2g} ml that may be lesion",
            expected=f"about the {marked * ml:.2g} ml that the prompt marks",
            remedy="look whether the prompt lies on the lesion; draw lines at more levels, paint it, or give its mask",
        )


def concerns(mask: Mask, looks: Looks, signs: Signs, predicted: float) -> tuple[str, ...]:
    """Sentences, the gravest first; none where there is nothing to say."""
    sentences = []
    if predicted < LOW_DICE:
        sentences.append(f"look at this segmentation first: its predicted Dice is {predicted:.2f}")
    if not looks.added:
        sentences.append("no series shows the lesion: this is the prompt's own body")
    elif signs.body_dice > LEANS:
        sentences.append("the images show no other border than the prompt's own body")
    if any(face.any() for face in faces(mask.data)):
        sentences.append("the lesion reaches the border of the image, and may go on beyond it")
    if len(looks.added) > 1:
        apart = np.ptp(np.stack(list(looks.added.values())), axis=0)
        if float(np.median(apart[np.abs(looks.depth) < 0.3])) > DISAGREE:
            sentences.append("the series show different borders: look at each of them")
    return tuple(sentences)
