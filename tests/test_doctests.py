"""The examples in the docstrings of kernels, images and studies: each runs, and no public kernel is without one."""

from __future__ import annotations

import ast
import doctest
import inspect
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import pytest

import pnst.kernels

KERNELS = sorted(f"pnst.kernels.{module.name}" for module in iter_modules(pnst.kernels.__path__))
MODULES = [*KERNELS, "pnst.image", "pnst.study"]


def examples(module: ModuleType) -> list[doctest.DocTest]:
    """The docstrings of a module that hold examples."""
    return [test for test in doctest.DocTestFinder(exclude_empty=True).find(module) if test.examples]


def public_functions(module: ModuleType) -> set[str]:
    """The functions that a module defines itself, under a name without an underscore."""
    functions = inspect.getmembers(module, inspect.isfunction)
    return {name for name, f in functions if f.__module__ == module.__name__ and not name.startswith("_")}


def called(module: ModuleType) -> set[str]:
    """Every name that the module's examples call."""
    source = "".join(example.source for test in examples(module) for example in test.examples)
    nodes = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return {node.id for node in nodes if isinstance(node, ast.Name)}


@pytest.mark.parametrize("name", MODULES)
def test_every_example_gives_what_it_shows(name: str) -> None:
    report: list[str] = []
    runner = doctest.DocTestRunner()
    for test in examples(import_module(name)):
        runner.run(test, out=report.append)
    assert runner.tries > 0, f"{name} shows no example"
    assert runner.failures == 0, "".join(report)


@pytest.mark.parametrize("name", KERNELS)
def test_no_public_kernel_is_without_an_example(name: str) -> None:
    module = import_module(name)
    assert public_functions(module) - called(module) == set()
