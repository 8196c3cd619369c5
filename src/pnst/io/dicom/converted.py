"""Attributes of legacy converted enhanced images: what archives could not place in a functional group.

PS3.3 C.7.6.16.2.25: Unassigned Shared and Per-Frame Converted Attributes.
"""

from __future__ import annotations

from pnst.io.dicom.tags import Fields, item

_SHARED_GROUPS, _SHARED, _OF_FRAME = 0x52009229, 0x00209170, 0x00209171


def with_shared_attributes(ds: Fields) -> Fields:
    """The dataset, and beneath its own elements the unassigned ones that all frames share."""
    shared = item(item(ds, _SHARED_GROUPS), _SHARED) if _SHARED_GROUPS in ds else {}
    return {**shared, **ds} if shared else ds


def frame_attributes(ds: Fields, own: Fields) -> Fields:
    """The attributes of one frame as its classic image wrote them; {} where the image is not a converted one.

    `ds` is the dataset `with_shared_attributes`, `own` the frame's functional groups.
    """
    unassigned = item(own, _OF_FRAME)
    if not unassigned and _SHARED not in item(ds, _SHARED_GROUPS):
        return {}
    return {**ds, **unassigned}
