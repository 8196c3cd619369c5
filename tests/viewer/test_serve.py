"""Serving until it is ended. Witness: what is printed, and what is told of edits that were not saved."""

from __future__ import annotations

import pytest

from pnst.viewer.serve import serve
from pnst.viewer.server import ViewerServer


def ended(session, monkeypatch) -> list[str]:
    def interrupted(self, poll_interval):
        raise KeyboardInterrupt

    monkeypatch.setattr(ViewerServer, "serve_forever", interrupted)
    lines: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        serve(session, None, False, lines.append)
    return lines


def test_the_address_is_printed_and_what_is_lost_is_told(open_session, scene_folder, monkeypatch):
    session = open_session(scene_folder)
    lines = ended(session, monkeypatch)
    assert lines[0].startswith("pnst view: http://127.0.0.1:")
    assert "not a medical device" in lines[1]
    assert len(lines) == 2
    session.judge("reader.invasion", True)
    assert ended(session, monkeypatch)[-1] == "pnst view: edits that were not saved are gone"
