"""The network that looks at one series in a prompt's frame: a small U-Net (Çiçek et al., MICCAI 2016), in NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import IO

import numpy as np

from pnst.kernels.convolution import convolve, double, halve, leaky, normalise
from pnst.typing import Float32Array

Weights = Mapping[str, Float32Array]
WEIGHTS = "prompt_network.npz"


@dataclass(frozen=True, eq=False)
class Network:
    """Weights by the names that training gave them."""

    weights: Weights

    @property
    def depth(self) -> int:
        """How often the frame is halved."""
        return sum(name.startswith("dec.") and name.endswith(".c1.weight") for name in self.weights)

    def logits(self, channels: Float32Array) -> Float32Array:
        """(ni, nj, nk) of channels (c, ni, nj, nk), whose sides are whole multiples of 2 to the power of `depth`."""
        seen = [self._block("enc.0", channels)]
        for level in range(1, self.depth + 1):
            seen.append(self._block(f"enc.{level}", halve(seen[-1])))
        x = seen.pop()
        for level in reversed(range(self.depth)):
            x = self._block(f"dec.{level}", np.concatenate([double(x), seen[level]]))
        return np.asarray(convolve(x, self.weights["out.weight"], self.weights["out.bias"])[0])

    def _block(self, name: str, x: Float32Array) -> Float32Array:
        for part in ("1", "2"):
            x = convolve(x, self.weights[f"{name}.c{part}.weight"], self.weights[f"{name}.c{part}.bias"])
            x = normalise(x, self.weights[f"{name}.n{part}.weight"], self.weights[f"{name}.n{part}.bias"])
            x = leaky(x)
        return x


@cache
def trained_networks() -> tuple[Network, ...]:
    """The networks of this version, which answer together."""
    with (files("pnst.segmentation") / "data" / WEIGHTS).open("rb") as stream:
        return read_networks(stream)


def read_networks(stream: IO[bytes]) -> tuple[Network, ...]:
    """The networks of a file that training has left. Arrays alone are loaded, no pickle."""
    with np.load(stream, allow_pickle=False) as file:
        arrays = {name: file[name].astype(np.float32) for name in file.files}
    members = sorted({name.split("/")[0] for name in arrays})
    return tuple(
        Network({name.split("/")[1]: value for name, value in arrays.items() if name.startswith(f"{member}/")})
        for member in members
    )
