"""Where a study is, or shall be, on a DICOMweb server: `dicomweb://HOST[:PORT]/PATH/studies/UID`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pnst.errors import SettingError

FORM = "dicomweb://HOST[:PORT]/PATH[/studies/UID[/series/UID]], or dicomwebs:// for TLS"

_SCHEMES = {"dicomweb": "http", "dicomwebs": "https"}
_URL = re.compile(
    r"(?P<scheme>dicomwebs?)://"
    r"(?P<host>(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?)"
    r"(?P<root>(?:/\S*?)??)"
    r"(?:/studies(?:/(?P<study>[^/\s]+)(?:/series/(?P<series>[^/\s]+))?)?)?/*"
)
_UID = re.compile(r"[0-9]+(?:\.[0-9]+)*")


@dataclass(frozen=True)
class Address:
    """Where a study is: a DICOMweb service, a study there, and perhaps one of its series."""

    service: str
    """http or https URL of the service's root."""
    host: str
    """Host and, where one was given, port."""
    study: str
    """Study Instance UID."""
    series: str | None = None
    """Series Instance UID, or None for all of them."""

    @classmethod
    def parse(cls, url: str, study: str | None = None, series: str | None = None) -> Address:
        """From a URL of the form `FORM`, with the UIDs in it or beside it.

        Raises `SettingError` for another form, a URL that carries credentials or a query, a UID that is none, and a
        study or series that is named twice and differently, or not at all.
        """
        match = _parts(url)
        study_uid = _one("study", match["study"], study)
        if study_uid is None:
            raise SettingError(
                "no study is named",
                got="neither /studies/UID in the URL nor --study",
                expected="one Study Instance UID",
                remedy="add --study UID",
            )
        return cls(_service(match), match["host"], study_uid, _one("series", match["series"], series))

    @classmethod
    def of_service(cls, url: str, study: str) -> Address:
        """Where a study is to be stored: from a URL of the form `FORM`, which need not name the study.

        Raises `SettingError` as `parse` does, and for a URL that names another study, or a series.
        """
        match = _parts(url)
        if match["series"] is not None or match["study"] not in (None, study):
            raise SettingError(
                "the DICOMweb URL names something else than what is stored",
                got="a series" if match["series"] is not None else "another study than that of the objects",
                expected="the root of the service, or the study of the objects",
                remedy="leave out /studies and what follows it",
            )
        return cls(_service(match), match["host"], study)


def _service(match: re.Match[str]) -> str:
    return f"{_SCHEMES[match['scheme']]}://{match['host']}{match['root']}"


def _parts(url: str) -> re.Match[str]:
    """The parts of a URL. Raises `SettingError` for another form, and for credentials or a query in it."""
    if re.search("[@?#]", url):  # what surrounds these may be a secret: nothing of it is echoed
        raise SettingError(
            "cannot use this DICOMweb URL",
            got="a user name, password, query or fragment in it",
            expected=FORM,
            remedy="set PNST_DICOMWEB_TOKEN, or PNST_DICOMWEB_USER and PNST_DICOMWEB_PASSWORD, instead",
        )
    match = _URL.fullmatch(url)
    if match is None:
        raise SettingError("cannot read the DICOMweb URL", got=url, expected=FORM, remedy="write it in this form")
    return match


def is_uid(text: str) -> bool:
    """PS3.5 9.1: components of digits, at most 64 characters (leading zeros occur, and do no harm)."""
    return len(text) <= 64 and _UID.fullmatch(text) is not None


def _one(level: str, in_url: str | None, option: str | None) -> str | None:
    """The UID in the URL or in the option. Raises `SettingError` where they differ, or one is no UID."""
    given = {uid for uid in (in_url, option) if uid is not None}
    for uid in given:
        if not is_uid(uid):
            raise SettingError(
                f"cannot read the UID of the {level}",
                got=uid,
                expected="numbers with dots between, at most 64 characters",
                remedy="correct it",
            )
    if len(given) > 1:
        raise SettingError(
            f"the {level} is named twice",
            got=f"one UID in the URL and another in --{level}",
            expected="one of them",
            remedy=f"leave out --{level}",
        )
    return given.pop() if given else None
