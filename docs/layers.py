"""One picture of the layers, drawn from the contract in pyproject.toml and from the imports that the code has.

python docs/layers.py > layers.svg
"""

from __future__ import annotations

import tomllib
from collections import Counter
from html import escape
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]
CELL, LEFT, TOP = 40, 170, 120
STYLE = (
    "text{font:13px sans-serif;fill:#1b2733}.count{font-size:12px;text-anchor:middle}.name{text-anchor:end}"
    ".layer{fill:#eef3f8;stroke:#7b93ab}.grid{fill:none;stroke:#dbe3ea}.use{fill:#2f6f9f}"
)


def layers() -> list[list[str]]:
    """The layers of the contract, the highest first; modules of one layer never import each other."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    rows = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [[name.strip(" ()") for name in row.split("|")] for row in rows]


def imports() -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """Modules in each part, and the imports from one part to another."""
    graph = grimp.build_graph("pnst", cache_dir=None)
    parts = {module: module.split(".")[1] for module in graph.modules if "." in module}
    edges: Counter[tuple[str, str]] = Counter()
    for module, part in parts.items():
        for imported in graph.find_modules_directly_imported_by(module):
            if parts.get(imported, part) != part:
                edges[part, parts[imported]] += 1
    return Counter(parts.values()), edges


def cell(row: int, column: int, count: int) -> str:
    """One square: how many imports lead from the part of the row to that of the column, the darker the more."""
    x, y = LEFT + column * CELL, TOP + row * CELL
    shade = min(0.15 + count**0.5 / 14, 0.9)
    ink = ' style="fill:#fff"' if shade > 0.5 else ""
    return (
        f'<rect class="use" x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill-opacity="{shade:.2f}"/>'
        f'<text class="count" x="{x + CELL / 2:.0f}" y="{y + CELL / 2 + 4:.0f}"{ink}>{count}</text>'
    )


def heading(n: int, name: str, modules: int) -> str:
    """A part's name beside its row, with its number of modules, and above its column."""
    y, x = TOP + n * CELL + CELL / 2 + 4, LEFT + n * CELL + CELL / 2 + 4
    return (
        f'<text class="name" x="{LEFT - 8}" y="{y:.0f}">{escape(name)} ({modules})</text>'
        f'<text transform="translate({x:.0f} {TOP - 8}) rotate(-60)">{escape(name)}</text>'
    )


def svg() -> str:
    """The picture: a row imports what its dark squares stand over, and all of that stands below it."""
    rows = layers()
    names = [name for row in rows for name in row]
    sizes, edges = imports()
    side = CELL * len(names)
    parts = [f'<rect class="grid" x="{LEFT}" y="{TOP}" width="{side}" height="{side}"/>']
    first = 0
    for row in rows:  # a layer is a square on the diagonal; siblings in it never import each other
        place, size = first * CELL, len(row) * CELL
        parts.append(f'<rect class="layer" x="{LEFT + place}" y="{TOP + place}" width="{size}" height="{size}"/>')
        first += len(row)
    parts += [heading(n, name, sizes[name]) for n, name in enumerate(names)]
    parts += [
        cell(names.index(a), names.index(b), count) for (a, b), count in sorted(edges.items()) if {a, b} <= {*names}
    ]
    width, height = LEFT + side + 90, TOP + side + 20
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
    title = "<title>The layers of pnst: how many imports lead from each part (row) to each other (column)</title>"
    return "\n".join([head, title, f"<style>{STYLE}</style>", *parts, "</svg>\n"])


if __name__ == "__main__":
    print(svg(), end="")
