"""The network in NumPy answers as torch answers, for weights and an input that torch drew."""

from __future__ import annotations

import io
from importlib.resources import files

import numpy as np
import pytest

from pnst.segmentation.frame import SHAPE
from pnst.segmentation.network import WEIGHTS, Network, read_networks, trained_networks

HERE = files("segmentation") / "data" / "torch_network.npz"


def test_it_answers_as_torch_does():
    """Another tool: torch 2 on the model of pipelines/train_segmentation, random weights; the answer it gave."""
    with HERE.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
        weights = {name.removeprefix("weight/"): file[name] for name in file.files if name.startswith("weight/")}
        shown, answer = file["shown"], file["answer"]
    network = Network(weights)
    assert network.depth == 2
    assert network.logits(shown) == pytest.approx(answer, abs=1e-4)


def test_what_comes_with_the_wheel_is_small_and_of_plain_numbers():
    file = files("pnst.segmentation") / "data" / WEIGHTS
    assert len(file.read_bytes()) < 5_000_000
    for network in trained_networks():
        assert {array.dtype for array in network.weights.values()} == {np.dtype(np.float32)}
        assert all(np.isfinite(array).all() for array in network.weights.values())
        assert np.isfinite(network.logits(np.zeros((4, *SHAPE), dtype=np.float32))).all()


def test_a_pickle_in_the_weights_is_not_loaded():
    stream = io.BytesIO()
    np.savez(stream, **{"0/out.weight": np.array([{"a": 1}], dtype=object)})
    stream.seek(0)
    with pytest.raises(ValueError, match="allow_pickle"):
        read_networks(stream)
