"""The body of evidence that a probability rests on: the published rows, and those that other sites or one's own add."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from pnst.evidence.published import (
    Agreement,
    EntityCounts,
    EntityMoments,
    Publication,
    SampleMoments,
    SignCounts,
    agreements,
    entity_counts,
    entity_moments,
    moments,
    publications,
    sign_counts,
)
from pnst.evidence.sign_rows import AgreementCounts


@dataclass(frozen=True)
class SiteEvidence:
    """What one site counted: rows in the formats of the published files, no patient in them.

    A class of which something was not told has the number 0 there.
    """

    name: str
    digest: str
    """Of its files."""
    publication: Publication
    sign_counts: tuple[SignCounts, ...] = ()
    moments: tuple[SampleMoments, ...] = ()
    agreements: tuple[AgreementCounts, ...] = ()

    def __repr__(self) -> str:
        return f"SiteEvidence({self.name!r}, {len(self.sign_counts)} signs, {len(self.moments)} numbers)"


@dataclass(frozen=True)
class Evidence:
    """Rows of signs and numbers; cutoffs, areas and meta-analyses are always the published ones."""

    sites: tuple[SiteEvidence, ...] = ()
    """Other sites: further studies. In the order of their digests, so that the order they came in does not matter."""
    own: SiteEvidence | None = None
    """The user's own site: its counts update what the literature expects of a new study."""
    sign_counts: tuple[SignCounts, ...] = field(default_factory=sign_counts)
    entity_counts: tuple[EntityCounts, ...] = field(default_factory=entity_counts)
    moments: tuple[SampleMoments, ...] = field(default_factory=moments)
    entity_moments: tuple[EntityMoments, ...] = field(default_factory=entity_moments)
    agreements: tuple[Agreement, ...] = field(default_factory=agreements)

    def __repr__(self) -> str:
        more = [*(repr(site.name) for site in self.sites), *([f"own {self.own.name!r}"] if self.own else [])]
        rows = len(self.sign_counts) + len(self.moments)
        return f"Evidence({rows} published rows{', with ' if more else ''}{', '.join(more)})"

    def publication(self, study: str) -> Publication:
        """A study by its key."""
        added = {site.publication.study: site.publication for site in (*self.sites, *([self.own] if self.own else []))}
        return added.get(study) or publications()[study]


@cache
def literature() -> Evidence:
    """The published rows alone."""
    return Evidence()
