"""`make bench`: the tables of README.md that take minutes, each beside its peers on the same arrays.

python benchmarks/everything.py [--without-peers] [--only NAME]...

Peers are installed into build/peers, each into an environment of its own; one that cannot be had is left out, aloud.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
PEERS = HERE.parent / "build" / "peers"
BESIDE = HERE.resolve().parents[1] / "shared" / "data"
PACKAGES: dict[str, tuple[str, tuple[tuple[str, ...], ...]]] = {
    "pyradiomics": (
        sys.executable,
        (("numpy", "setuptools", "wheel", "cython", "versioneer"), ("--no-build-isolation", "pyradiomics==3.0.1")),
    ),
    "z-rad": (sys.executable, (("z-rad==26.9.0", "SimpleITK"),)),
    "mirp": (sys.executable, (("mirp==2.7.0",),)),
    "pictologics": ("python3.12", (("pictologics==0.9.0",),)),
    "dipy": (sys.executable, (("dipy==1.12.1",),)),
}
"""Peer → the interpreter that it needs, and what pip is asked for, one call after the other."""
SHAPE_PEERS = ("pyradiomics", "z-rad", "mirp", "pictologics")
SCRIPTS: dict[str, tuple[str, ...]] = {
    "kernels": ("--markdown",),
    "core": ("--markdown",),
    "agreement": ("--markdown",),
    "surface": ("--markdown",),
    "reading": ("--markdown",),
    "scaling": ("--markdown",),
    "diffusion": ("--markdown",),
    "phantom": ("--markdown",),
    "limits": ("--markdown",),
    "run_sarcoma": ("--markdown",),
}
PEERS_OF = {"core": SHAPE_PEERS, "agreement": SHAPE_PEERS, "diffusion": ("dipy",)}
NEED_DATA = ("limits", "run_sarcoma")


def environment(peer: str) -> Path | None:
    """The interpreter of a peer's own environment, made where it is not there; None where that fails."""
    base, calls = PACKAGES[peer]
    python = PEERS / peer / "bin" / "python"
    if (PEERS / peer / "complete").is_file():
        return python
    shutil.rmtree(PEERS / peer, ignore_errors=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    try:
        subprocess.run([base, "-m", "venv", str(PEERS / peer)], check=True, capture_output=True)
        for call in calls:
            subprocess.run([*pip, *call], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"{peer}: left out, it could not be installed with {base} ({type(error).__name__})", flush=True)
        return None
    (PEERS / peer / "complete").touch()
    return python


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--without-peers", action="store_true")
    parser.add_argument("--only", action="append", choices=list(SCRIPTS), help="one script; may be given again")
    options = parser.parse_args()
    data = Path(os.environ.get("PNST_DATA", BESIDE))
    settings = {**os.environ, "OMP_NUM_THREADS": "1"}
    settings.pop("PYTHONDONTWRITEBYTECODE", None)  # users have bytecode
    for name in options.only or SCRIPTS:
        if name in NEED_DATA and not (data / "sts001_raw").is_dir():
            print(f"{name}: skipped, the real sarcoma is not here (PNST_DATA)", flush=True)
            continue
        peers = () if options.without_peers else PEERS_OF.get(name, ())
        interpreters = [python for python in map(environment, peers) if python is not None]
        beside = [word for python in interpreters for word in ("--peer-python", str(python))]
        print(f"\n{name}", flush=True)
        start = time.perf_counter()
        subprocess.run([sys.executable, HERE / f"{name}.py", *SCRIPTS[name], *beside], check=True, env=settings)
        print(f"({name}: {time.perf_counter() - start:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
