"""The masks of a simulated spine by name, as a careful reader would draw them.

None holds a voxel of the tumour, but for that of the canal, which is the thecal sac with all that lies in it.
"""

from __future__ import annotations

import numpy as np

from pnst.image import Mask
from pnst.phantom.scene import Scene
from pnst.phantom.spine import Spine
from pnst.phantom.spine_spec import LEVELS
from pnst.phantom.view import View
from pnst.typing import BoolArray, IntArray


def spine_masks(scene: Scene, view: View) -> dict[str, Mask]:
    """`cord`, `canal`, `csf` and one `vertebra_<level>` for each level in the image; nothing in another region."""
    spine = scene.region
    if not isinstance(spine, Spine):
        return {}
    planes = [_plane(scene, spine, view, i) for i in range(view.grid.shape[0])]
    cord, sac, tumour, level = (np.stack(of_planes) for of_planes in zip(*planes, strict=True))
    parts: dict[str, BoolArray] = {"cord": cord & ~tumour, "canal": sac, "csf": sac & ~cord & ~tumour}
    for number in np.unique(level[(level >= 0) & (level < len(LEVELS))]).tolist():
        parts[f"vertebra_{LEVELS[number]}"] = level == number
    return {name: Mask(part, view.grid) for name, part in parts.items() if part.any()}


def _plane(scene: Scene, spine: Spine, view: View, i: int) -> tuple[BoolArray, BoolArray, BoolArray, IntArray]:
    """(nj, nk) of one plane of voxels, few enough to stay in the cache: cord, sac, tumour, and the vertebra's number,
    -1 outside.
    """
    _, nj, nk = view.grid.shape
    index = np.stack(np.broadcast_arrays(i, *np.ogrid[:nj, :nk]), axis=-1).reshape(-1, 3)
    points = view.to_patient(view.grid.to_world(index))
    local, tumour = spine.to_local(points), scene.inside(points)
    level = np.where((spine.bone(local) < 0) & ~tumour, spine.vertebra(local), -1)
    cord, sac = spine.cord(local) < 0, spine.sac(local) < 0
    return cord.reshape(nj, nk), sac.reshape(nj, nk), tumour.reshape(nj, nk), level.reshape(nj, nk)
