"""What sites counted, read from the folders that `pnst evidence` writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path

from pnst.errors import InputError
from pnst.evidence.body import Evidence, SiteEvidence, literature
from pnst.evidence.site_files import HEADERS, site_of
from pnst.regular_file import read_regular

Site = SiteEvidence | str | PathLike[str]
_MAX_BYTES = 1 << 20


def body_of_evidence(sites: Sequence[Site] = (), own: Site | None = None) -> Evidence:
    """The published rows, and those of these sites, in whatever order they come.

    Raises
    ------
    InputError : a folder is not a site's evidence, or a site is given twice, by its content or by its name
    """
    if not sites and own is None:
        return literature()
    others = sorted((_read(site) for site in sites), key=lambda site: site.digest)
    mine = None if own is None else _read(own)
    _refuse_twice([*others, *([mine] if mine else [])])
    return Evidence(sites=tuple(others), own=mine)


def read_site(folder: str | PathLike[str]) -> SiteEvidence:
    """The evidence in a folder. Raises `InputError` where a file is missing or holds what it should not."""
    return site_of({name: _content(Path(folder), name) for name in HEADERS})


def _read(site: Site) -> SiteEvidence:
    return site if isinstance(site, SiteEvidence) else read_site(site)


def _content(folder: Path, name: str) -> bytes:
    try:
        return read_regular(folder / name, _MAX_BYTES)
    except OSError as error:
        raise InputError(
            f"cannot read a site's evidence in {folder.name!r}",
            got=f"{name}: {error.strerror}",
            expected=f"a folder with {', '.join(HEADERS)}",
            remedy="give the folder that pnst evidence wrote",
        ) from error


def _refuse_twice(sites: Iterable[SiteEvidence]) -> None:
    """A site counts once: its patients would count twice, as others' and as one's own too."""
    sites = list(sites)
    for what, keys in (("content", [site.digest for site in sites]), ("name", [site.name for site in sites])):
        key, times = max(Counter(keys).items(), key=lambda item: item[1])
        if times > 1:
            raise InputError(
                "a site's evidence is given more than once",
                got=f"{times} folders of one {what}, {key}",
                expected="each site once, as another's or as one's own",
                remedy="leave one of them out, or let one of two sites be named anew with pnst evidence --site",
            )
