"""What the images say of a lesion in a prompt's frame: one look at each series, and all of them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product

import numpy as np

from pnst.segmentation.channels import channels, depth_in
from pnst.segmentation.frame import PromptFrame
from pnst.segmentation.network import Network
from pnst.study import Role, Study
from pnst.typing import Float32Array

LOOKED_AT = (Role.T1, Role.T1_POST, Role.T2, Role.T2_FS)
"""Series that show the anatomy. Diffusion is distorted, and a map of fat or ADC is none of the contrasts learnt."""
Axes = tuple[int, ...]
MIRRORS: tuple[Axes, ...] = ((), (1, 2), (1, 3), (2, 3))
"""The frame is looked at as it is and mirrored along two of its axes at a time."""
MIN_SEEN = 0.5
"""A series that holds less of the body than this is not looked at."""
BODY_LOGIT = 5.0
"""The prompt's own word: this many logits a unit of its body's depth. The network adds to it."""
ONE_LEVEL_SHARE, MORE_LEVELS_SHARE = 0.4, 0.65
"""Of what the series add this share is left out, which leans the result to the prompt's own body: the more where lines
at several levels say more than an image does."""
THREADS = 2


@dataclass(frozen=True, eq=False)
class Looks:
    """Logits in a frame."""

    frame: PromptFrame
    depth: Float32Array
    """(ni, nj, nk) of the prompt's body."""
    added: Mapping[Role, Float32Array]
    """By series: what it adds to the prompt's own logits, mean over networks and mirrors."""

    @property
    def plain(self) -> Float32Array:
        """(ni, nj, nk) of everything together, without leaning to the prompt."""
        prior = np.float32(BODY_LOGIT) * self.depth
        return np.asarray(prior + sum(self.added.values()) / max(len(self.added), 1), dtype=np.float32)

    @property
    def logits(self) -> Float32Array:
        """(ni, nj, nk) of everything together, leaning to the prompt."""
        prior = np.float32(BODY_LOGIT) * self.depth
        if not self.added:
            return prior
        share = MORE_LEVELS_SHARE if len(self.frame.drawn_levels) > 1 else ONE_LEVEL_SHARE
        seen = np.float32(1 - share) * np.mean(list(self.added.values()), axis=0, dtype=np.float32)
        return np.asarray(prior + seen, dtype=np.float32)


def look(study: Study, frame: PromptFrame, networks: Sequence[Network], mirrors: Sequence[Axes] = MIRRORS) -> Looks:
    """At every series that holds the body, by every network and in every mirror."""
    depth = depth_in(frame)
    shown = {}
    for role in LOOKED_AT:
        if role in study.series:
            volume = study.series[role].volume
            signal = frame.of(volume.data, volume.grid)
            if np.isfinite(signal)[depth > 0].mean() >= MIN_SEEN:
                shown[role] = channels(signal, depth, frame)
    tasks = list(product(shown, networks, mirrors))
    with ThreadPoolExecutor(THREADS) as pool:  # array operations let go of the interpreter
        answers = list(pool.map(lambda task: _mirrored(task[1], shown[task[0]], task[2]), tasks))
    added = {
        role: np.mean([answer for task, answer in zip(tasks, answers, strict=True) if task[0] is role], axis=0)
        for role in shown
    }
    return Looks(frame, depth, added)


def _mirrored(network: Network, shown: Float32Array, axes: Axes) -> Float32Array:
    """The logits of what is shown in a mirror, mirrored back."""
    answer = network.logits(np.ascontiguousarray(np.flip(shown, axes)))
    return np.flip(answer, tuple(axis - 1 for axis in axes))
