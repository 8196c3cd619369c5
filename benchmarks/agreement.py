"""What other tools say of the shape of one array, beside pnst's numbers and the closed form.

python benchmarks/agreement.py [--peer-python PEER/bin/python]... [--markdown]
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from core import peers, whole
from peers import COLUMNS
from tables import machine, markdown, publish, section_parser

from pnst.image import Grid, Mask
from pnst.kernels.ellipsoid import Ellipsoid
from pnst.measurement.uncertainty import closed_form
from pnst.phantom.vector import rotation

HALF_MM, TILT_DEG = (30.0, 24.0, 20.0), (35.0, -24.0, 10.0)
SHAPE, SPACING_MM = (72, 68, 30), (0.9, 1.0, 3.0)


def ellipsoid() -> tuple[Ellipsoid, Mask]:
    """A tilted ellipsoid, and its voxels in thick slices."""
    body = Ellipsoid(np.array([0.3, -0.2, 0.4]), np.array(HALF_MM), rotation(TILT_DEG))
    affine = np.diag([*SPACING_MM, 1.0])
    affine[:3, 3] = -(np.array(SHAPE) - 1) / 2 * SPACING_MM
    grid = Grid(SHAPE, affine)
    index = np.stack(np.meshgrid(*[np.arange(n) for n in SHAPE], indexing="ij"), axis=-1)
    return body, Mask(body.contains(grid.to_world(index)), grid)


def report(interpreters: list[Path]) -> str:
    """A line a tool: its five numbers and how far each is off."""
    body, mask = ellipsoid()
    true = {name.split(".")[1]: value for name, value in closed_form(body).items()}
    row = whole(mask).row()
    own = {name: row.get(f"size.{name}", row.get(f"margin.{name}")) for name in COLUMNS}
    tools = {"**pnst**": own, **{name: told["values"] for name, told in peers(mask, interpreters, 1).items()}}
    lines: list[tuple[str, ...]] = [("closed form", *(f"{true[name]:.4g}" for name in COLUMNS))]
    for tool, values in tools.items():
        errors = (f"{values[name]:.4g} ({100 * (values[name] / true[name] - 1):+.1f} %)" for name in COLUMNS)
        lines.append((tool, *errors))
    axes = " × ".join(f"{2 * half:g}" for half in HALF_MM)
    head = ("", *(f"`{name}`" for name in COLUMNS))
    return (
        f"An ellipsoid of {axes} mm, tilted, in voxels of {' × '.join(map(str, SPACING_MM))} mm: the same array for "
        f"each. The peers' area is that of the voxels' steps, their major axis 4 √λ, 0.894 of an ellipsoid's "
        f"own; pnst's is 2 √(5 λ), that axis itself. {machine()}.\n\n{markdown(head, lines)}"
    )


def main() -> None:
    parser = section_parser(__doc__)
    parser.add_argument("--peer-python", type=Path, action="append", default=[], help="an interpreter with a peer")
    options = parser.parse_args()
    publish("agreement", report(options.peer_python), options.markdown)


if __name__ == "__main__":
    main()
