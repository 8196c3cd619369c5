"""What sites counted, read from the folders that `pnst evidence` writes."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike

from pnst.evidence.body import Evidence, SiteEvidence, literature

Site = SiteEvidence | str | PathLike[str]


def body_of_evidence(sites: Sequence[Site] = (), own: Site | None = None) -> Evidence:
    """The published rows, and those of these sites."""
    if not sites and own is None:
        return literature()
    raise NotImplementedError
