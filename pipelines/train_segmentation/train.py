"""Train the networks that `pnst segment` uses, or those of each fold for cross-validation. Needs torch.

python pipelines/train_segmentation/train.py DATA --out weights            # all cases: weights/prompt_network.npz
python pipelines/train_segmentation/train.py DATA --out weights --folds 5  # weights/fold_0.npz …: without a fifth
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from contrast import augmented
from examples import READERS, LabelledCase, Readers, examples, read_cases
from folds import fold_of
from model import UNet
from torch import Tensor

from pnst.segmentation.looks import BODY_LOGIT
from pnst.segmentation.network import WEIGHTS
from pnst.typing import Float32Array

STEPS = {"any": 1200, "exact": 900}
"""Of the networks that answer together: one has learnt from prompts of every kind and from shaky hands, one from exact
lines and clicks alone."""
BATCH, RATE = 4, 3e-3
HALF = torch.backends.cpu.get_cpu_capability().startswith("AVX512")
"""Whether to compute in half precision: a processor without these instructions emulates it, 14 times slower than
float32 (10 s a step against 0.7; with them 0.14)."""
Bank = dict[str, tuple[Float32Array, Float32Array]]


def bank_of(cases: Sequence[LabelledCase], readers: Readers, cache: Path) -> Bank:
    """The examples of every case, made once and kept in `cache` (half precision)."""
    cache.mkdir(parents=True, exist_ok=True)
    bank = {}
    for case in cases:
        file = cache / f"{case.name}.npz"
        if not file.exists():
            shown, targets = examples(case, readers)
            np.savez(file, shown=shown.astype(np.float16), targets=targets.astype(np.float16))
        with np.load(file, allow_pickle=False) as arrays:
            bank[case.name] = arrays["shown"], arrays["targets"]
        print(f"{case.name}: {len(bank[case.name][1])} examples", flush=True)
    return bank


def loss_of(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy + 1 − soft Dice (Milletari et al., 3DV 2016), by example."""
    p, axes = torch.sigmoid(logits), (1, 2, 3, 4)
    dice = (2 * (p * target).sum(axes) + 1) / (p.sum(axes) + target.sum(axes) + 1)
    return F.binary_cross_entropy_with_logits(logits, target) + 1 - dice.mean()


def trained(bank: Bank, seed: int, steps: int) -> dict[str, Float32Array]:
    """The weights after so many steps."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    net, names = UNet(), sorted(bank)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps, pct_start=0.15)
    mean, start = 0.0, time.time()
    for step in range(steps):
        shown, targets = _batch(rng, bank, names)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=HALF):
            added = net(shown)
        loss = loss_of(added.float() + BODY_LOGIT * shown[:, 2:3], targets)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        mean = loss.item() if step == 0 else 0.98 * mean + 0.02 * loss.item()
        if step % 100 == 99:
            print(f"step {step + 1} of {steps}: loss {mean:.3f}, {time.time() - start:.0f} s", flush=True)
    return {name: value.detach().numpy() for name, value in net.state_dict().items()}


def _batch(rng: np.random.Generator, bank: Bank, names: Sequence[str]) -> tuple[Tensor, Tensor]:
    pairs = []
    for _ in range(BATCH):
        shown, targets = bank[names[rng.integers(len(names))]]
        chosen = rng.integers(len(targets))
        pairs.append(augmented(rng, shown[chosen].astype(np.float32), targets[chosen].astype(np.float32)))
    shown, targets = (torch.from_numpy(np.stack(part)) for part in zip(*pairs, strict=True))
    return shown, targets[:, None]


def save(file: Path, members: Mapping[str, dict[str, Float32Array]]) -> None:
    """Plain arrays in half precision, one group a member."""
    arrays = {f"{member}/{name}": w.astype(np.float16) for member, one in members.items() for name, w in one.items()}
    np.savez_compressed(file, **arrays)


def main(arguments: Sequence[str]) -> None:
    """Read, train, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--only", type=int, nargs="*", help="some of the folds, to share them between processes")
    asked = parser.parse_args(arguments)
    torch.set_num_threads(1)
    cases = read_cases(asked.data)
    banks = {name: bank_of(cases, readers, asked.out / name) for name, readers in READERS.items()}
    if not asked.folds:
        members = {name: trained(bank, 1000, STEPS[name]) for name, bank in banks.items()}
        save(asked.out / WEIGHTS, members)
        return
    left_out = fold_of([case.name for case in cases], asked.folds)
    for fold in asked.only or range(asked.folds):
        kept = {member: without(bank, left_out, fold) for member, bank in banks.items()}
        save(asked.out / f"fold_{fold}.npz", {name: trained(bank, fold, STEPS[name]) for name, bank in kept.items()})


def without(bank: Bank, left_out: Mapping[str, int], fold: int) -> Bank:
    """The examples of the cases that are not in this fold."""
    return {name: pairs for name, pairs in bank.items() if left_out[name] != fold}


if __name__ == "__main__":
    main(sys.argv[1:])
