"""The examples in the docstrings: each runs, and no public kernel or function of the API is without one."""

from __future__ import annotations

import ast
import doctest
import inspect
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import pytest

import pnst
import pnst.kernels

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src"
KERNELS = sorted(f"pnst.kernels.{module.name}" for module in iter_modules(pnst.kernels.__path__))
MODULES = sorted(
    ".".join(file.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__")
    for file in SRC.rglob("*.py")
    if ">>> " in file.read_text(encoding="utf-8")
)
"""Those whose source shows an example."""


def examples(module: ModuleType) -> list[doctest.DocTest]:
    """The docstrings of a module that hold examples."""
    return [test for test in doctest.DocTestFinder(exclude_empty=True).find(module) if test.examples]


def public_functions(module: ModuleType) -> set[str]:
    """The functions that a module defines itself, under a name without an underscore."""
    functions = inspect.getmembers(module, inspect.isfunction)
    return {name for name, f in functions if f.__module__ == module.__name__ and not name.startswith("_")}


def called(tests: list[doctest.DocTest]) -> set[str]:
    """Every name that examples call, as `f(…)` or as `pnst.f(…)`."""
    source = "".join(example.source for test in tests for example in test.examples)
    names = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    plain = {name.id for name in names if isinstance(name, ast.Name)}
    return plain | {
        name.attr for name in names if isinstance(name, ast.Attribute) and ast.unparse(name.value) == "pnst"
    }


def api_functions(package: ModuleType) -> set[str]:
    """The functions of a package's public API."""
    return {name for name in package.__all__ if inspect.isfunction(getattr(package, name))}


def without_example(package: ModuleType) -> set[str]:
    """The functions of a public API whose own docstrings show no call of them."""
    functions = {name: getattr(package, name) for name in api_functions(package)}
    finder = doctest.DocTestFinder(exclude_empty=True, recurse=False)
    return {name for name, function in functions.items() if name not in called(finder.find(function, name))}


@pytest.mark.parametrize("name", MODULES)
def test_every_example_gives_what_it_shows(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)  # as a reader runs them: `sample_data` lies there
    report: list[str] = []
    runner = doctest.DocTestRunner()
    for test in examples(import_module(name)):
        runner.run(test, out=report.append)
    assert runner.tries > 0, f"{name} shows no example"
    assert runner.failures == 0, "".join(report)


@pytest.mark.parametrize("name", KERNELS)
def test_no_public_kernel_is_without_an_example(name: str) -> None:
    module = import_module(name)
    assert public_functions(module) - called(examples(module)) == set()


def test_no_function_of_the_public_api_is_without_an_example() -> None:
    assert len(api_functions(pnst)) > 10
    assert without_example(pnst) == set()


def shown() -> None:
    """An example that calls it.

    >>> pnst.shown()
    """


def told() -> None:
    """An example that calls another.

    >>> pnst.shown()
    """


def test_a_function_without_an_example_is_seen() -> None:
    package = ModuleType("package")
    package.__all__ = ["shown", "told", "silent", "ROOT"]
    package.shown, package.told, package.silent, package.ROOT = shown, told, examples, ROOT
    assert api_functions(package) == {"shown", "told", "silent"}
    assert without_example(package) == {"told", "silent"}
