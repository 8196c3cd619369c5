"""Names and sizes that keep the house easy to read. Witness: the syntax trees of `src`, and sources made wrong."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

SRC = Path(__file__).resolve().parents[1] / "src" / "pnst"
FILES = [str(file.relative_to(SRC)) for file in sorted(SRC.rglob("*.py"))]
DIALECT = {"found", "said", "strange", "doubts", "remarks"}
"""A variable names what it holds, never that it was found or said."""


def declared(tree: ast.AST) -> Iterator[str]:
    """Every name that a module declares: classes, functions, parameters, variables, attributes."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


def dialect(tree: ast.AST) -> set[str]:
    return {name for name in declared(tree) if DIALECT & set(name.lower().split("_"))}


def code_lines(function: ast.FunctionDef) -> int:
    """Lines from the first statement after the docstring to the last."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body and body[-1].end_lineno else 0


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@cache
def tree_of(file: str) -> ast.Module:
    return ast.parse((SRC / file).read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", FILES)
def test_no_name_is_of_the_private_dialect(file):
    assert not dialect(tree_of(file))


@pytest.mark.parametrize(
    "source",
    ["found = 1", "def f(said): ...", "class Doubts: ...", "x: int\nself.remarks = x", "for strange_words in y: ..."],
)
def test_a_name_of_the_dialect_is_seen(source):
    assert dialect(ast.parse(source))


@pytest.mark.parametrize("source", ["foundation = 1", "print(found)", "aforesaid = 2"])
def test_what_is_no_declaration_of_it_is_not(source):
    assert not dialect(ast.parse(source))


def test_no_class_name_stands_twice():
    nodes = (node for file in FILES for node in ast.walk(tree_of(file)))
    names = Counter(node.name for node in nodes if isinstance(node, ast.ClassDef))
    assert [name for name, count in names.items() if count > 1] == []


def test_functions_are_small():
    """Median, 90th percentile and longest: at most 5, 15 and 40 lines of code."""
    lengths = {f"{file}:{f.name}": code_lines(f) for file in FILES for f in functions(tree_of(file))}
    median, ninetieth = np.percentile(list(lengths.values()), (50, 90))
    assert median <= 5
    assert ninetieth <= 15
    assert {name: lines for name, lines in lengths.items() if lines > 40} == {}


def test_lines_of_code_leave_the_docstring_out():
    (function,) = functions(ast.parse('def f(x):\n    """Two\n    lines."""\n    y = x\n\n    return y\n'))
    assert code_lines(function) == 3
