"""The server from outside, without a browser: who is let in, what is refused, what is told. Witness: raw requests."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pnst.errors import SettingError
from pnst.viewer import server as server_module
from pnst.viewer.server import MOST_BYTES, ViewerServer
from pnst.viewer.session import Session
from pnst.workflow.inputs import CaseInputs
from viewed_study import LINE, QUICK

HTML = '<img src=x onerror="alert(1)">'


@pytest.fixture(scope="module")
def server(scene_folder) -> Iterator[ViewerServer]:
    session = Session(CaseInputs(study=scene_folder, case_id=HTML), QUICK, None)
    with ViewerServer(session) as made:
        threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True).start()
        yield made
        made.shutdown()


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.content = response.status, response.headers, response.read()

    @property
    def json(self) -> Any:
        return json.loads(self.content)


def ask(server: ViewerServer, path: str, body: Any = None, method: str | None = None, **headers: str | None) -> Answer:
    """A request as the page makes it, but for the headers that are given; None leaves one out."""
    sent: dict[str, str | None] = {"X-Pnst-Token": server.token, "Host": f"127.0.0.1:{server.server_port}"}
    if body is not None:
        sent["Content-Type"] = "application/json"
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    try:
        connection.putrequest(method or ("GET" if body is None else "POST"), path, skip_host=True)
        for name, value in sent.items():
            if value is not None:
                connection.putheader(name, value)
        if content is not None:
            connection.putheader("Content-Length", str(len(content)))
        connection.endheaders(content)
        return Answer(connection.getresponse())
    finally:
        connection.close()


def test_it_listens_on_this_machine_alone_and_its_token_is_in_no_request(server):
    assert server.server_address[0] == "127.0.0.1"
    address, _, token = server.address.partition("#")
    assert address == f"http://127.0.0.1:{server.server_port}/"
    assert len(token) >= 43


def test_the_page_itself_holds_nothing_of_a_patient_and_needs_no_token(server):
    page = ask(server, "/", X_Pnst_Token=None)
    assert page.status == 200
    assert b"not a medical device" in page.content
    assert HTML.encode() not in page.content
    for name in ("main.js", "style.css", "niivue.umd.js"):
        assert ask(server, f"/{name}", X_Pnst_Token=None).status == 200


@pytest.mark.parametrize("token", [None, "", "wrong", "é", "wrong" * 10_000])
@pytest.mark.parametrize("path", ["/api/study", "/api/status", "/api/slice?series=t1&axis=2&index=0", "/nowhere"])
def test_without_the_token_nothing_is_told(server, path, token):
    if token is not None and len(token) > 5000:
        path = "/api/study"
    assert ask(server, path, X_Pnst_Token=None if token is None else token).status == 403


def test_no_edit_without_the_token(server):
    assert ask(server, "/api/word", {"column": "reader.invasion", "value": True}, X_Pnst_Token="x").status == 403
    assert server.session.now().overrides == {}


@pytest.mark.parametrize("host", [None, "", "evil.example", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.evil.example:80"])
def test_another_name_of_this_machine_is_refused(server, host):
    assert ask(server, "/", Host=host).status == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "file://"])
def test_another_origin_is_refused_even_with_the_token(server, origin):
    assert ask(server, "/api/study", Origin=origin).status == 403
    assert ask(server, "/api/undo", {}, Origin=origin).status == 403


def test_a_request_that_another_site_began_is_refused(server):
    assert ask(server, "/api/study", Sec_Fetch_Site="cross-site").status == 403
    assert ask(server, "/api/study", Sec_Fetch_Site="same-site").status == 403  # another port of this machine


def test_the_pages_own_origin_is_let_in(server):
    own = f"http://127.0.0.1:{server.server_port}"
    answer = ask(server, "/api/study", Origin=own, Sec_Fetch_Site="same-origin")
    assert answer.status == 200
    assert answer.json["case_id"] == HTML  # as text in JSON: the page makes no markup of it
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/api/study", "/nowhere", "/main.js"])
def test_every_answer_forbids_scripts_from_elsewhere_and_keeping(server, path):
    headers = ask(server, path).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "http:" not in policy
    assert "Server" not in headers


@pytest.mark.parametrize(
    "path",
    ["/../pyproject.toml", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/page/../server.py", "/server.py", "/LICENSE",
     "/main.js/", "/api", "/api/study/", "/MAIN.JS", "/\x7f"],
)  # fmt: skip
def test_an_address_leads_nowhere_else(server, path):
    assert ask(server, path.replace("\x7f", "%7f")).status == 404


@pytest.mark.parametrize(
    "query",
    ["", "series=t1", "series=none&axis=2&index=0", "series=t1&axis=3&index=0", "series=t1&axis=2&index=99999",
     "series=t1&axis=2&index=-1", "series=t1&axis=2&index=1e2", "series=t1&axis=2&index=%C2%B2",
     "series=../t1&axis=0&index=0"],
)  # fmt: skip
def test_a_slice_that_is_not_there_is_refused_in_four_parts(server, query):
    answer = ask(server, f"/api/slice?{query}")
    assert answer.status == 400
    assert answer.json.keys() == {"what", "got", "expected", "remedy"}


def test_a_slice_has_its_voxels(server):
    shown = server.session.series["t1"]
    answer = ask(server, "/api/slice?series=t1&axis=2&index=4")
    levels = np.frombuffer(answer.content, "<u2")
    assert levels.size == shown.volume.grid.shape[0] * shown.volume.grid.shape[1]
    overlay = ask(server, "/api/overlay?series=t1&axis=2&index=4")
    assert np.frombuffer(overlay.content, "<u4").size == levels.size


def test_a_whole_series_is_nifti(server):
    answer = ask(server, "/api/volume?series=t1")
    assert answer.content[344:347] == b"n+1"
    assert ask(server, "/api/mask?series=t1&layer=lesion").status == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/word", b"{"),
        ("/api/word", b"[]"),
        ("/api/word", b""),
        ("/api/word", b"\xff\xfe"),
        ("/api/word", b"[" * 100_000),
        ("/api/word", {"column": "reader.invasion"}),
        ("/api/word", {"column": "reader.invasion", "value": 1}),
        ("/api/word", {"column": "reader.guess", "value": True}),
        ("/api/word", {"column": "reader.invasion", "value": True, "more": 1}),
        ("/api/marks", {"done": "line", "line": [[0, 0, 0], [1e9, 0, 0]], "short_axis": None, "low_mm": None,
                        "high_mm": None}),
        ("/api/marks", {"done": "line", "line": [[0, 0, 0], [0, 0, 0]], "short_axis": None, "low_mm": None,
                        "high_mm": None}),
        ("/api/marks", b'{"done":"line","line":[[0,0,NaN],[9,9,9]],"short_axis":null,"low_mm":null,"high_mm":null}'),
        ("/api/marks", {"done": HTML, "line": None, "short_axis": None, "low_mm": None, "high_mm": None}),
        ("/api/stroke", {"side": "lesion", "series": "t1", "axis": 2, "radius_mm": 0, "points": [[0, 0, 0]]}),
        ("/api/stroke", {"side": "lesion", "series": "t1", "axis": 2, "radius_mm": 2, "points": []}),
        ("/api/stroke", {"side": "lesion", "series": "none", "axis": 2, "radius_mm": 2, "points": [[0, 0, 0]]}),
        ("/api/segment", {}),
        ("/api/segment", {"x": 1}),
        ("/api/save", {}),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_in_four_parts_and_changes_nothing(server, path, body):
    before = server.session.now()
    answer = ask(server, path, body)
    assert answer.status == 400
    assert answer.json.keys() == {"what", "got", "expected", "remedy"}
    assert all(answer.json.values())
    assert server.session.now() is before


def test_a_body_that_is_too_large_is_not_read(server):
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as raw:
        lines = ["POST /api/word HTTP/1.1", f"Host: 127.0.0.1:{server.server_port}", f"X-Pnst-Token: {server.token}"]
        raw.sendall("\r\n".join([*lines, f"Content-Length: {MOST_BYTES + 1}", "", ""]).encode())
        assert b" 413 " in raw.recv(200)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (["Content-Type: application/json"], 411),
        (["Content-Type: application/json", "Transfer-Encoding: chunked"], 411),
        (["Content-Type: application/json", "Content-Length: -1"], 411),
        (["Content-Type: application/json", "Content-Length: 99999999999999999999"], 413),
        (["Content-Type: text/plain", "Content-Length: 2"], 415),
    ],
)
def test_a_body_without_its_length_or_kind_is_refused(server, headers, status):
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as raw:
        lines = ["POST /api/undo HTTP/1.1", f"Host: 127.0.0.1:{server.server_port}", f"X-Pnst-Token: {server.token}"]
        raw.sendall("\r\n".join([*lines, *headers, "", "{}"]).encode())
        assert f" {status} ".encode() in raw.recv(200)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "HEAD", "BREW"])
def test_other_methods_are_refused(server, method):
    assert ask(server, "/api/study", method=method).status in (405, 501)


def test_a_method_that_does_not_fit_the_address_is_refused(server):
    assert ask(server, "/api/undo").status == 405
    assert ask(server, "/api/study", {}).status == 405
    assert ask(server, "/api/none", {}).status == 404


def test_a_request_that_drips_is_ended(server, monkeypatch):
    """A byte now and then keeps the socket alive, not the request."""
    monkeypatch.setattr(server_module, "SECONDS", 0.6)
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as raw:
        start = time.monotonic()
        ended = False
        while not ended and time.monotonic() - start < 8:
            try:
                raw.sendall(b"G")
                raw.settimeout(0.1)
                ended = raw.recv(1) == b""
            except TimeoutError:
                continue
            except OSError:
                ended = True
        assert ended
        assert time.monotonic() - start < 4
    assert ask(server, "/").status == 200


def test_connections_beyond_the_most_are_turned_away_and_the_next_is_served(server):
    idle = [socket.create_connection(("127.0.0.1", server.server_port)) for _ in range(server_module.MOST_AT_ONCE + 4)]
    time.sleep(0.3)
    for raw in idle:
        raw.close()
    time.sleep(0.3)
    assert ask(server, "/").status == 200


def test_garbage_is_no_request(server):
    for garbage in (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9\r\n\r\n", b"\r\n" * 5):
        with socket.create_connection(("127.0.0.1", server.server_port), timeout=2) as raw:
            raw.sendall(garbage)
            raw.shutdown(socket.SHUT_WR)
            assert b"Traceback" not in raw.recv(1000)
    assert ask(server, "/").status == 200


def test_a_line_is_kept_and_told(server):
    marks = {"line": [list(end) for end in LINE], "short_axis": None, "low_mm": None, "high_mm": None}
    told = ask(server, "/api/marks", {"done": "line", **marks}).json
    assert told["marks"] == {**marks, "strokes": []}
    assert ask(server, "/api/undo", {}).json["marks"]["line"] is None
    assert ask(server, "/api/redo", {}).json["undo"] == "line"
    ask(server, "/api/undo", {})


def test_a_port_that_is_taken_is_refused(server):
    with pytest.raises(SettingError, match="the port cannot be had"):
        ViewerServer(server.session, server.server_port)


def test_nothing_is_logged(server, capfd):
    ask(server, "/api/study")
    ask(server, "/secret-name")
    assert capfd.readouterr() == ("", "")


def test_an_inner_fault_tells_no_text(server, monkeypatch):
    def fail(session, query):
        raise RuntimeError("/home/someone/Patient^Name")

    monkeypatch.setattr(server_module, "GETS", {**server_module.GETS, "/api/study": fail})
    answer = ask(server, "/api/study")
    assert answer.status == 500
    assert b"Patient" not in answer.content


def test_no_file_of_the_page_makes_markup_of_text_or_names_another_place():
    folder = Path(server_module.__file__).parent / "page"
    for file in folder.iterdir():
        text = file.read_text(encoding="utf-8")
        assert "innerHTML" not in text
        assert "insertAdjacentHTML" not in text
        assert "document.write" not in text
        assert "https://" not in text
        assert " style=" not in text
        assert len(text.splitlines()) < 300
