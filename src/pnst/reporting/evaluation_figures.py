"""The figures of an evaluation: ROC curves, calibration, net benefit."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from pnst.classification.evaluation.evaluation import Evaluation, ModelResult
from pnst.classification.metrics.decision_curve import TREAT_ALL, TREAT_NONE
from pnst.classification.metrics.proportions import AtThreshold
from pnst.classification.metrics.reliability import PROBABILITY_TOLERANCE
from pnst.reporting.canvas import DPI, Picture

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
"""Okabe and Ito's, told apart with any colour vision."""
QUIET = "#8a939c"
SIDE_IN = 4.6
_MAX_RULES = 6  # curves of rules that are drawn; the table has them all


def roc_picture(evaluation: Evaluation) -> Picture:
    """ROC curves of the models, and the published rules as points."""

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=QUIET, linewidth=0.8)
        for result, colour in zip(evaluation.models, _colours(evaluation), strict=False):
            if result.roc is not None:
                axes.plot(*result.roc, color=colour, label=_literal(f"{result.predictions.name}, AUC {_area(result)}"))
            if result.at_threshold is not None:
                axes.plot(*_point(result.at_threshold), "o", color=colour, markersize=6)
        points = [
            _point(rule.result)
            for rule in evaluation.rules
            if rule.result.sensitivity.total and rule.result.specificity.total
        ]
        if points:
            axes.plot(*np.array(points).T, "x", color=QUIET, label="published rules, where evaluated")
        axes.set(xlabel="1 − specificity", ylabel="sensitivity", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
        axes.legend(loc="lower right", fontsize=7.5, frameon=False)

    areas = ", ".join(f"{result.predictions.name} {_area(result)}" for result in evaluation.models)
    dots = "" if evaluation.threshold is None else f" Dots: the threshold {evaluation.threshold:g}."
    return Picture(figure_png(draw), f"ROC curves; areas: {areas}", f"Sensitivity against 1 − specificity.{dots}")


def _area(result: ModelResult) -> str:
    return "cannot be estimated" if result.area.value is None else f"{result.area.value:.3f}"


def calibration_picture(evaluation: Evaluation) -> Picture:
    """Share of malignant lesions against the mean probability, in bins, and each model's recalibration line."""

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=QUIET, linewidth=0.8)
        for result, colour in zip(evaluation.models, _colours(evaluation), strict=False):
            bins = result.reliability.bins
            x = np.array([one.mean_probability for one in bins])
            y = np.array([one.malignant.count / one.malignant.total for one in bins])
            ends = np.array([one.malignant.interval for one in bins], dtype=float).T
            axes.errorbar(
                x,
                y,
                np.abs(ends - y),
                fmt="o",
                color=colour,
                markersize=4,
                elinewidth=0.7,
                label=_literal(result.predictions.name),
            )
            if result.reliability.line is not None:
                grid = np.linspace(PROBABILITY_TOLERANCE, 1 - PROBABILITY_TOLERANCE, 200)
                slope, intercept = result.reliability.line
                fitted = 1 / (1 + np.exp(-(intercept + slope * np.log(grid / (1 - grid)))))
                axes.plot(grid, fitted, color=colour, linewidth=1)
        axes.set(
            xlabel="probability given", ylabel="share malignant", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal"
        )
        axes.legend(loc="upper left", fontsize=7.5, frameon=False)

    return Picture(
        figure_png(draw),
        "Calibration: share of malignant lesions against the probability given",
        "Lesions in bins of equal number with exact 95 % intervals; the line is the logistic recalibration.",
    )


def decision_picture(evaluation: Evaluation) -> Picture:
    """Net benefit over threshold probabilities."""
    prevalence = float(evaluation.malignant.mean())

    def draw(axes: Axes) -> None:
        curves, thresholds = dict(evaluation.decision.net_benefit), evaluation.decision.thresholds
        axes.plot(thresholds, curves.pop(TREAT_ALL), color=QUIET, linestyle="--", label=TREAT_ALL)
        axes.plot(thresholds, curves.pop(TREAT_NONE), color=QUIET, linewidth=0.8, label=TREAT_NONE)
        for result, colour in zip(evaluation.models, _colours(evaluation), strict=False):
            name = result.predictions.name
            axes.plot(thresholds, curves.pop(name), color=colour, label=_literal(name))
        best = sorted(curves, key=lambda name: -float(np.max(curves[name] * (1 - thresholds))))[:_MAX_RULES]
        for name, style in zip(
            best, (":", "-.", (0, (1, 3)), (0, (5, 3)), (0, (3, 1, 1, 1)), (0, (8, 2))), strict=False
        ):
            axes.plot(thresholds, curves[name], color="#444b52", linewidth=0.8, linestyle=style, label=name)
        axes.set(
            xlabel="threshold probability",
            ylabel="net benefit",
            xlim=(0, 1),
            ylim=(-0.15 * prevalence, 1.1 * prevalence),
        )
        axes.legend(loc="upper right", fontsize=6, frameon=False)

    return Picture(
        figure_png(draw),
        "Decision curve: net benefit over threshold probabilities",
        f"True positives less false positives at the threshold's odds, a lesion. At most {_MAX_RULES} published rules "
        "are drawn; where a rule cannot be evaluated it calls nothing malignant.",
    )


def _literal(name: str) -> str:
    """A folder's name as it stands: matplotlib sets $…$ as a formula and leaves `_…` out of a legend."""
    return f" {name}".replace("$", r"\$")


def _point(result: AtThreshold) -> tuple[float, float]:
    """1 − specificity and sensitivity; both classes are there."""
    missed, hit = result.specificity, result.sensitivity
    return 1 - missed.count / missed.total, hit.count / hit.total


def _colours(evaluation: Evaluation) -> list[str]:
    return [COLOURS[index % len(COLOURS)] for index in range(len(evaluation.models))]


def figure_png(draw: Callable[[Axes], None]) -> bytes:
    """A square figure with one pair of axes, as PNG."""
    figure = Figure(figsize=(SIDE_IN, SIDE_IN), dpi=DPI, facecolor="white", layout="constrained")
    axes: Axes = figure.add_subplot()
    axes.tick_params(labelsize=8)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    draw(axes)
    stream = io.BytesIO()
    FigureCanvasAgg(figure).print_png(stream, metadata={"Software": None})
    return stream.getvalue()
