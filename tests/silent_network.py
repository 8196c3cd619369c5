"""A network that sees nothing: what is segmented with it is the prompt's own body, of known form."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.segmentation.network import Network
from pnst.typing import Float32Array


class SilentNetwork(Network):
    """Adds nothing to what a prompt says."""

    def logits(self, channels: Float32Array) -> Float32Array:
        return np.zeros(channels.shape[1:], dtype=np.float32)


def use_silent_network(patch: pytest.MonkeyPatch) -> None:
    """Instead of the networks that come with this version."""
    patch.setattr("pnst.segmentation.segment.trained_networks", lambda: (SilentNetwork({}),))
