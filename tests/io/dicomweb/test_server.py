"""Signing in, and what cannot be reached. Witness: the headers that a server on loopback received."""

from __future__ import annotations

import sys

import pytest

from dicomweb_answers import (
    STUDY,
    archive,
    free_port,
)
from pnst.errors import InputError, SettingError
from pnst.io.dicomweb.fetch import fetch_study


def test_a_token_is_sent_as_bearer_and_beats_a_netrc(speak, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password wrong\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("PNST_DICOMWEB_TOKEN", "abc.def")
    url, signed = speak(archive)
    fetch_study(url, tmp_path / "out", STUDY)
    assert set(signed) == {"Bearer abc.def"}


@pytest.mark.parametrize("token", ["abc\ndef", "abc def", "ab€"])
def test_a_token_that_is_no_header_is_refused_unsaid(speak, tmp_path, monkeypatch, token):
    monkeypatch.setenv("PNST_DICOMWEB_TOKEN", token)
    url, signed = speak(archive)
    with pytest.raises(SettingError, match="PNST_DICOMWEB_TOKEN") as refusal:
        fetch_study(url, tmp_path / "out", STUDY)
    assert token not in str(refusal.value)
    assert not signed


def test_a_busy_server_is_asked_again(speak, tmp_path):
    busy = [503]
    url, _ = speak(lambda path: (busy.pop(), "text/plain", b"") if busy else archive(path))
    (fetched,) = fetch_study(url, tmp_path / "out", STUDY)
    assert len(fetched.files) == 5


def test_no_server(tmp_path):
    with pytest.raises(InputError, match=r"cannot reach 127\.0\.0\.1.*ConnectionError") as refusal:
        fetch_study(f"dicomweb://127.0.0.1:{free_port()}/root", tmp_path / "out", STUDY)
    assert STUDY not in str(refusal.value)
    assert refusal.value.__cause__ is None  # it holds the URL
    assert not list(tmp_path.iterdir())


def test_tls_is_spoken_where_it_is_asked_for(speak, tmp_path):
    url, _ = speak(archive)
    with pytest.raises(InputError, match="SSLError"):
        fetch_study(url.replace("dicomweb:", "dicomwebs:"), tmp_path / "out", STUDY)


def test_without_the_optional_part_the_message_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "dicomweb_client.api", None)
    with pytest.raises(InputError, match=r"pip install 'pnst\[dicomweb\]'"):
        fetch_study("dicomweb://127.0.0.1/root", tmp_path / "out", STUDY)


@pytest.mark.parametrize(
    "given",
    [
        {"TOKEN": "t", "USER": "u", "PASSWORD": "p"},
        {"USER": "u"},
        {"PASSWORD": "p"},
    ],
)
def test_credentials_that_contradict_each_other(given, tmp_path, monkeypatch):
    for name, value in given.items():
        monkeypatch.setenv(f"PNST_DICOMWEB_{name}", value)
    with pytest.raises(SettingError, match="how to sign in"):
        fetch_study("dicomweb://127.0.0.1:9/root", tmp_path / "out", STUDY)
