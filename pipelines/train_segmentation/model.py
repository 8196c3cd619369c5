"""The network in torch, with the names of layers that `pnst.segmentation.network` reads."""

from __future__ import annotations

import itertools

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CHANNELS = 4
WIDTHS = (8, 16, 32, 48)


class Block(nn.Module):
    """Two convolutions, each normalised by lesion and channel."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.c1, self.n1 = nn.Conv3d(channels, width, 3, padding=1), nn.InstanceNorm3d(width, affine=True)
        self.c2, self.n2 = nn.Conv3d(width, width, 3, padding=1), nn.InstanceNorm3d(width, affine=True)

    def forward(self, x: Tensor) -> Tensor:
        """(n, c, ni, nj, nk) to (n, width, ni, nj, nk)."""
        x = F.leaky_relu(self.n1(self.c1(x)), 0.01)
        return F.leaky_relu(self.n2(self.c2(x)), 0.01)


class UNet(nn.Module):
    """What the images add to the prompt's own logits."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        before = (CHANNELS, *widths[:-1])
        self.enc = nn.ModuleList(Block(a, b) for a, b in zip(before, widths, strict=True))
        self.dec = nn.ModuleList(Block(a + b, a) for a, b in itertools.pairwise(widths))
        self.out = nn.Conv3d(widths[0], 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(n, 4, ni, nj, nk) to (n, 1, ni, nj, nk)."""
        seen: list[Tensor] = []
        for level, block in enumerate(self.enc):
            x = block(F.max_pool3d(x, 2) if level else x)
            seen.append(x)
        for level in reversed(range(len(self.dec))):
            x = F.interpolate(x, scale_factor=2, mode="trilinear", align_corners=False)
            x = self.dec[level](torch.cat([x, seen[level]], 1))
        return self.out(x)
