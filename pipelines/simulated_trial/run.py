"""A trial on simulated patients, the only one with a known answer: from the evidence model to DICOM and back to odds.

python run.py --out out [--patients 100] [--workers 2]      # run it again after an interruption: it goes on
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from trial import WAYS, Trial

import pnst


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 2 nothing to run on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--patients", type=int, default=100, help="of each class (default 100)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--workers", type=int)
    asked = parser.parse_args(arguments)
    trial = Trial(asked.out, asked.patients, asked.patients, asked.seed, workers=asked.workers)
    try:
        trial.run(asked.ways)
    except pnst.PnstError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
