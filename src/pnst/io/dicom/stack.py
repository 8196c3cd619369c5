"""One candidate for a role: a series, or the part of one that is an image by itself, in sorted volumes."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pnst.errors import PnstError
from pnst.image import Grid
from pnst.io.dicom.frame import Frame, Header, Kind, RealWorldMapping
from pnst.io.dicom.geometry import count_planes, grid_of
from pnst.io.dicom.slices import Part, split_parts, split_volumes
from pnst.study import Acquisition


@dataclass(frozen=True)
class Stack:
    """Sorted volumes of one size on one grid, with what the headers say of them."""

    key: str
    """The short name for `--role ROLE=KEY`: "s" and the series number, with a suffix where a series has parts."""
    header: Header
    """The header of the file that was written first."""
    kind: Kind
    volumes: tuple[tuple[Frame, ...], ...]
    """For each volume its frames along the normal; () where `problem` says why there are none."""
    grid: Grid | None
    b_values: tuple[float, ...] | None
    """s/mm², one a volume; None where no frame carries one."""
    acquisition: Acquisition
    problem: PnstError | None = None
    planes: int = 1
    """Directions in which its slices lie, where that is why it is no volume."""
    parts: tuple[str, ...] = ()
    """Keys of the series of one b-value each that it was put together from."""
    merged_into: str = ""
    """Key of the diffusion series that it is a part of."""
    unmerged_reason: str = ""
    """Why, with its one b-value, it is part of none."""

    def time_point(self, number: int) -> Stack:
        """One of its volumes by itself, counted from 1."""
        b_values = self.b_values and self.b_values[number - 1 : number]
        return replace(self, key=f"{self.key}-t{number}", volumes=(self.volumes[number - 1],), b_values=b_values)

    @property
    def is_trace(self) -> bool:
        """Whether every weighted volume is a combination of directions."""
        weighted = [v[0].diffusion for v in self.volumes if v[0].diffusion.b_value]
        return bool(weighted) and all(diffusion.isotropic or diffusion.direction is None for diffusion in weighted)

    @property
    def written_unit(self) -> str:
        """The unit of the rescaled values, where all frames write one and the same; else ""."""
        units = {f.unit for v in self.volumes for f in v}
        return units.pop() if len(units) == 1 else ""

    @property
    def real_world(self) -> RealWorldMapping | None:
        """The real world value mapping, where all frames have one in one unit."""
        units = {f.real_world.unit if f.real_world else None for v in self.volumes for f in v}
        return self.volumes[0][0].real_world if len(units) == 1 and self.volumes else None


def build_stacks(headers: Sequence[Header]) -> tuple[Stack, ...]:
    """Every candidate of a study, in the order of series numbers. What cannot be a volume keeps its problem."""
    series: dict[str, list[Header]] = defaultdict(list)
    for header in headers:
        series[header.series_uid].append(header)
    ordered = sorted(series.values(), key=lambda group: (group[0].series_number is None, group[0].series_number or 0))
    numbers = Counter(group[0].series_number for group in ordered)
    return tuple(
        stack
        for group in ordered
        for stack in _stacks_of(group, _series_key(group[0], numbers[group[0].series_number] == 1))
    )


def _series_key(header: Header, unique: bool) -> str:
    short = hashlib.sha256(header.series_uid.encode()).hexdigest()[:6]
    if header.series_number is None:
        return f"x{short}"
    return f"s{header.series_number}" if unique else f"s{header.series_number}-{short}"


def _stacks_of(headers: Sequence[Header], key: str) -> list[Stack]:
    by_file = {h.pixels.name: h for h in headers}
    problem = next((h.problem for h in headers if h.problem), None)
    parts = split_parts([f for h in headers for f in h.frames])
    named = _distinct([f"{key}-{part.suffix}" if part.suffix else key for part in parts])
    return [_stack(by_file, part, name, problem) for part, name in zip(parts, named, strict=True)]


def _stack(headers: Mapping[str, Header], part: Part, key: str, problem: PnstError | None) -> Stack:
    frames = part.frames
    volumes: tuple[tuple[Frame, ...], ...] = ()
    grid = None
    try:
        if problem is None:
            volumes = split_volumes(part)
            grid = grid_of(volumes[0])
    except PnstError as error:
        volumes, problem = (), error
    lead = min(frames, key=lambda f: f.instance)
    return Stack(
        key=key,
        header=headers[lead.file],
        kind=lead.kind,
        volumes=volumes,
        grid=grid,
        b_values=_b_values([v[0] for v in volumes] or list(frames)),
        acquisition=lead.acquisition,
        problem=problem,
        planes=count_planes(frames) if problem is not None else 1,
    )


def _b_values(leads: Sequence[Frame]) -> tuple[float, ...] | None:
    """One a volume. Canon, Toshiba and GE leave the element out at b = 0, so none beside some means 0."""
    b_values = [f.diffusion.b_value for f in leads]
    if not any(b is not None for b in b_values):
        return None
    return tuple(b or 0.0 for b in b_values)


def _distinct(keys: list[str]) -> list[str]:
    counts = Counter(keys)
    seen: Counter[str] = Counter()
    distinct = []
    for key in keys:
        seen[key] += 1
        distinct.append(key if counts[key] == 1 else f"{key}-{seen[key]}")
    return distinct
