"""Addresses of the form that the documentation gives, and refusals that repeat no secret."""

from __future__ import annotations

import re

import pytest

from dicomweb_answers import (
    SERIES,
    STUDY,
)
from pnst.errors import SettingError
from pnst.io.dicomweb.address import Address


@pytest.mark.parametrize(
    ("url", "options", "service", "study", "series"),
    [
        ("dicomweb://h", (STUDY, None), "http://h", STUDY, None),
        ("dicomweb://h:8042/dicom-web/", (STUDY, SERIES), "http://h:8042/dicom-web", STUDY, SERIES),
        ("dicomwebs://h/a/b/studies", (STUDY, None), "https://h/a/b", STUDY, None),
        ("dicomwebs://h/a/studies/1.2.3", (None, None), "https://h/a", STUDY, None),
        ("dicomweb://h/studies/1.2.3", (None, None), "http://h", STUDY, None),
        ("dicomweb://[::1]:80/a/studies/1.2.3/", (STUDY, SERIES), "http://[::1]:80/a", STUDY, SERIES),
        ("dicomweb://h/studies/x/studies/1.2.3/series/1.2.3.4", (None, None), "http://h/studies/x", STUDY, SERIES),
    ],
)
def test_addresses(url, options, service, study, series):
    address = Address.parse(url, *options)
    assert (address.service, address.study, address.series) == (service, study, series)


@pytest.mark.parametrize(
    ("url", "options", "message"),
    [
        ("http://h/a", (STUDY, None), "dicomweb://HOST"),
        ("dicomweb:h/a", (STUDY, None), "dicomweb://HOST"),
        ("dicomweb:///a", (STUDY, None), "dicomweb://HOST"),
        ("dicomweb://h:x/a", (STUDY, None), "dicomweb://HOST"),
        ("dicomweb://[h/a", (STUDY, None), "dicomweb://HOST"),
        ("dicomweb://h/a b", (STUDY, None), "dicomweb://HOST"),
        ("dicomweb://h/a", (None, None), "no study is named"),
        ("dicomweb://h/a", ("1..2", None), "UID of the study"),
        ("dicomweb://h/a", (STUDY, "../x"), "UID of the series"),
        ("dicomweb://h/a/studies/1.2.3", ("1.2.4", None), "named twice"),
        pytest.param("dicomweb://h/a/studies/" + "1" * 65, (None, None), "UID of the study", id="65 digits"),
        ("dicomweb://h/a/studies/1.2.3/metadata", (None, None), "no study is named"),
    ],
)
def test_addresses_that_are_refused(url, options, message):
    with pytest.raises(SettingError, match=re.escape(message)):
        Address.parse(url, *options)


@pytest.mark.parametrize("url", ["dicomweb://me:secret@h/a", "dicomweb://h/a?token=secret", "dicomweb://h/a#secret"])
def test_a_secret_in_the_url_is_refused_unsaid(url):
    with pytest.raises(SettingError, match="PNST_DICOMWEB_TOKEN") as refusal:
        Address.parse(url, STUDY)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "service"),
    [
        ("dicomweb://h:8042/dicom-web", "http://h:8042/dicom-web"),
        ("dicomwebs://h/a/studies/", "https://h/a"),
        (f"dicomwebs://h/a/studies/{STUDY}", "https://h/a"),
    ],
)
def test_where_a_study_is_stored(url, service):
    address = Address.of_service(url, STUDY)
    assert (address.service, address.host.split(":")[0], address.study, address.series) == (service, "h", STUDY, None)


@pytest.mark.parametrize(
    "url", [f"dicomweb://h/studies/{STUDY}/series/{SERIES}", "dicomweb://h/studies/1.9", "dicomweb://h/studies/x"]
)
def test_what_a_study_cannot_be_stored_under(url):
    with pytest.raises(SettingError, match="something else than what is stored"):
        Address.of_service(url, STUDY)


def test_a_secret_is_refused_unsaid_where_a_study_is_stored():
    with pytest.raises(SettingError) as refusal:
        Address.of_service("dicomweb://reader:sesame@h/a", STUDY)
    assert "sesame" not in str(refusal.value)
