"""Digests of inputs and code. Witness: hashlib, and files that change in one thing alone."""

from __future__ import annotations

import hashlib
import os

import pytest

from pnst.cohort import content
from pnst.cohort.content import Inputs, code_digest, content_digest, file_digest, seen_digest


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "study"
    (folder / "series").mkdir(parents=True)
    (folder / "series" / "1").write_bytes(b"voxels")
    (folder / "2").write_bytes(b"more")
    return folder


def test_the_digest_of_a_file(data):
    assert file_digest(data / "2") == hashlib.sha256(b"more").hexdigest()


def test_content_follows_names_and_bytes_alone(data):
    before = content_digest([data])
    os.utime(data / "2", (1, 1))
    (data / ".hidden").write_text("x")
    assert content_digest([data]) == before
    (data / "2").rename(data / "3")
    assert content_digest([data]) != before
    (data / "3").rename(data / "2")
    (data / "2").write_bytes(b"More")
    assert content_digest([data]) != before


def test_what_is_seen_follows_size_and_time(data):
    before = seen_digest([data])
    assert seen_digest([data]) == before
    os.utime(data / "2", (1, 1))
    assert seen_digest([data]) != before


def test_what_is_absent_is_another_content(data):
    absent = Inputs.of([data / "none"])
    assert absent == Inputs.of([data / "none"])
    (data / "none").touch()
    assert Inputs.of([data / "none"]).content != absent.content
    assert Inputs.of([]).content != absent.content


def test_the_code_is_that_of_the_package_and_its_libraries(monkeypatch):
    own = code_digest()
    monkeypatch.setattr(content, "_version", lambda _: "0.0")
    code_digest.cache_clear()
    assert code_digest() != own
    code_digest.cache_clear()
