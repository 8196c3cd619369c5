"""The browser is opened without the token on its command line. Witness: what it would be told, and the file."""

from __future__ import annotations

import stat
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pnst.viewer import opening

ADDRESS = "http://127.0.0.1:8000/#token"


def test_the_browser_is_given_a_private_file_that_leads_to_the_page(monkeypatch):
    told: list[str] = []
    monkeypatch.setattr(opening.webbrowser, "open", lambda url: told.append(url) or True)
    with opening.opened(ADDRESS) as is_open:
        assert is_open
        (url,) = told
        assert "token" not in url
        file = Path(unquote(urlsplit(url).path))
        assert ADDRESS in file.read_text()
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert not file.exists()
