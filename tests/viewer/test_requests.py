"""Each address and its answer. Witness: the session behind them; the server's test asks from outside."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pnst.errors import InputError
from pnst.viewer.requests import GETS, POSTS
from viewed_study import LINE, settled


def test_an_overlay_holds_the_lesion_and_a_mask_its_voxels(open_session, with_lesion):
    session = settled(open_session(with_lesion))
    lesion = session.now().case.lesions[0]
    total = 0
    for index in range(lesion.mask.grid.canonical().shape[2]):
        query = {"series": "t2_fs", "axis": "2", "index": str(index)}
        total += int((np.frombuffer(GETS["/api/overlay"](session, query).content, "<u4") & 1).sum())
    assert total == session.overlays.on("t2_fs")["lesion"].sum()
    assert GETS["/api/mask"](session, {"series": "t1", "layer": "lesion"}).content[344:347] == b"n+1"
    assert GETS["/api/mask"](session, {"series": "t1", "layer": "solid"}).content[344:347] == b"n+1"
    with pytest.raises(InputError, match="no such layer"):
        GETS["/api/mask"](session, {"series": "t1", "layer": "../x"})


def test_every_edit_has_its_address(open_session, scene_folder):
    session = open_session(scene_folder)
    marks = {"done": "line", "line": LINE, "short_axis": None, "low_mm": 200.0, "high_mm": 220.0}
    POSTS["/api/marks"](session, json.dumps(marks).encode())
    POSTS["/api/segment"](session, b"{}")
    settled(session)
    before = session.now().case.lesions[0].mask.count
    stroke = {"side": "other", "series": "t1", "axis": 2, "radius_mm": 2.0, "points": [[33, -25, 210]]}
    POSTS["/api/stroke"](session, json.dumps(stroke).encode())
    settled(session)
    assert session.now().case.lesions[0].mask.count < before
    POSTS["/api/undo"](session, b"{}")
    assert session.now().case.lesions[0].mask.count == before
    POSTS["/api/lesion"](session, b'{"number": 0}')
    POSTS["/api/word"](session, b'{"column": "reader.invasion", "value": true}')
    assert session.now().overrides == {"reader.invasion": True}
    settled(session)
