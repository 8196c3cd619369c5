"""The likelihood of what was observed, in malignant and in benign lesions, per draw of the parameters.

A lesion has a latent severity s, normal with SD 1 and mean ±δ/2 by class; given s the conventional predictors are
independent of each other and of the class. Their likelihood is one integral over s by Gauss–Hermite quadrature:
predictors that are missing drop out of the product, which integrates them out exactly. Diffusion is a second axis,
independent of s given the class.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtr, ndtri

from pnst.classification.evidence_model.parameters import LogNormalParameters, Parameters, SignParameters
from pnst.evidence.published import predictors
from pnst.typing import FloatArray

ORDER, REACH = 128, 7.0
"""Order of the Gauss–Hermite rule, and how far out its nodes are kept: beyond, all weights together are under 1e-11.

A sign with the greatest loading is a step a third of an SD wide: order 128 puts a probability within 2e-4, and the ends
of its interval within 2e-3, of a fine trapezoid rule (tested).
"""
MAX_LOADING = 0.95
_MAX_Z = 15.0  # further out a diameter says no more, and no node's likelihood is left above zero
_BLOCK = 200_000  # likelihood values worked on at once: they stay in the processor's cache


@dataclass(frozen=True, eq=False)
class ObservedData:
    """What is known of n lesions, one entry a predictor that enters; NaN where it is missing in that lesion."""

    signs: Mapping[str, FloatArray]
    """Weight (n,) in 0–1 with which a sign is present."""
    logs: Mapping[str, FloatArray]
    """Log (n,) of a value in the sources' unit."""
    count: int

    def rows(self, start: int, stop: int) -> ObservedData:
        """Some of the lesions."""
        return ObservedData(
            signs={name: weight[start:stop] for name, weight in self.signs.items()},
            logs={name: x[start:stop] for name, x in self.logs.items()},
            count=min(stop, self.count) - start,
        )

    def lesion(self, row: int) -> ObservedData:
        """One lesion's predictors, those that are missing left out."""
        signs, logs = (
            {name: x[row : row + 1] for name, x in part.items() if not np.isnan(x[row])}
            for part in (self.signs, self.logs)
        )
        return ObservedData(signs, logs, 1)


@dataclass(frozen=True, eq=False)
class Likelihood:
    """The two axes at fixed δ and fixed draws of the parameters."""

    parameters: Parameters
    delta: float

    def log_ratio(self, observed: ObservedData) -> FloatArray:
        """Log of P(observed | malignant) ÷ P(observed | benign), (n, draws)."""
        return self.severity_log_ratio(observed) + self.diffusion_log_ratio(observed)

    def severity_log_ratio(self, observed: ObservedData) -> FloatArray:
        """The conventional predictors' share of the log ratio, (n, draws)."""
        malignant, benign = np.moveaxis(self.class_likelihoods(observed), -1, 0)
        log_ratio: FloatArray = np.log(malignant / benign)
        return log_ratio

    def class_likelihoods(self, observed: ObservedData) -> FloatArray:
        """Likelihood of the conventional predictors in malignant and in benign lesions, (n, draws, 2).

        Up to a factor that the two classes share.
        """
        likelihoods = np.empty((observed.count, self.draws, 2))
        nodes = len(self._severity[0])
        step = min(max(1, _BLOCK // (self.draws * nodes)), max(1, observed.count))
        work = np.empty((2, step, self.draws, nodes))  # made once: fresh memory costs more than the arithmetic
        for start in range(0, observed.count, step):
            rows = slice(start, min(start + step, observed.count))
            product, factor = work[:, : rows.stop - start]
            self._given_severity(observed, rows, product, factor)
            np.matmul(product, self._class_weights, out=likelihoods[rows])
        return likelihoods

    def diffusion_log_ratio(self, observed: ObservedData) -> FloatArray:
        """The diffusion axis' share of the log ratio, (n, draws): normal in log ADC, one SD, two medians."""
        log_ratio = np.zeros((observed.count, self.draws))
        for name, x in observed.logs.items():
            if AXES[name] == "diffusion":
                p = self._lognormal(name)
                middle, step = (p.malignant + p.benign) / 2, p.malignant - p.benign
                log_ratio += np.where(np.isnan(x), 0.0, (x - middle[:, None]) * (step / p.sd**2)[:, None]).T
        return log_ratio

    @property
    def draws(self) -> int:
        """How many draws of the parameters there are."""
        first = next(iter(self.parameters.values()))
        return len(first.malignant)

    @cached_property
    def _severity(self) -> tuple[FloatArray, FloatArray]:
        """Nodes and weights for a standard normal s."""
        s, weights = np.polynomial.hermite_e.hermegauss(ORDER)
        near = np.abs(s) <= REACH
        return s[near], weights[near] / weights[near].sum()

    @cached_property
    def _class_weights(self) -> FloatArray:
        """Weights (nodes, 2) of s in malignant and benign lesions: the normal at 0, tilted by exp(±δs/2 − δ²/8)."""
        s, weights = self._severity
        tilt = np.exp(np.outer(s, [0.5, -0.5]) * self.delta - self.delta**2 / 8)
        return weights[:, None] * tilt

    @cached_property
    def _presence(self) -> dict[str, FloatArray]:
        """Per sign: the probability that it is present, and absent, given s, (2, draws · nodes).

        Both are kept: 1 − P loses the small probabilities that decide where evidence is at odds.
        """
        s, _ = self._severity
        curves = {}
        for name, p in self.parameters.items():
            if isinstance(p, SignParameters):
                intercept, slope = sign_curve(p, self.delta)
                argument = (intercept[:, None] + slope[:, None] * s).ravel()
                curves[name] = np.stack([ndtr(argument), ndtr(-argument)])
        return curves

    def _given_severity(self, observed: ObservedData, rows: slice, product: FloatArray, factor: FloatArray) -> None:
        """Fill `product` (rows, draws, nodes) with the likelihood of the severity axis' predictors given s."""
        product.fill(1.0)
        for name, x in observed.logs.items():
            if AXES[name] == "severity":
                product *= self._diameter_given_severity(name, x[rows], factor)
        for name, weight in observed.signs.items():
            np.matmul(_sign_mixture(weight[rows]), self._presence[name], out=factor.reshape(len(factor), -1))
            product *= factor

    def _diameter_given_severity(self, name: str, x: FloatArray, out: FloatArray) -> FloatArray:
        """Normal density of z given s, N(λs, 1 − λ²), up to a factor free of s and of the class; 1 where x is NaN."""
        s, _ = self._severity
        p = self._lognormal(name)
        loading = np.minimum(np.abs(p.malignant - p.benign) / p.sd / self.delta, MAX_LOADING)
        width = np.sqrt(2 * (1 - loading**2))
        z = p.direction * (x[:, None] - (p.malignant + p.benign) / 2) / p.sd
        z = np.clip(z, -_MAX_Z, _MAX_Z) / width
        np.subtract(z[..., None], (loading / width)[:, None] * s, out=out)
        np.multiply(out, out, out=out)
        np.negative(out, out=out)
        np.exp(out, out=out)
        out[np.isnan(x)] = 1.0
        return out

    def _lognormal(self, name: str) -> LogNormalParameters:
        p = self.parameters[name]
        assert isinstance(p, LogNormalParameters)  # noqa: S101  # Observed.logs holds lognormal predictors only
        return p


AXES = {p.name: p.axis for p in predictors()}


def _sign_mixture(weight: FloatArray) -> FloatArray:
    """Shares (n, 2) of P(present | s) and P(absent | s): w and 1 − w; where w is NaN both are 1, which sums to 1."""
    return np.where(np.isnan(weight)[:, None], 1.0, np.stack([weight, 1 - weight], axis=1))


def sign_curve(p: SignParameters, delta: float) -> tuple[FloatArray, FloatArray]:
    """Intercept a and slope b (draws,) of P(present | s) = Φ(a + b·s) that meet both class frequencies.

    With d = Φ⁻¹(p_M) − Φ⁻¹(p_B) the loading is λ = d/δ, within 0 and 0.95 (beyond, the probit difference is cut about
    the same middle; a draw in the wrong direction means no effect); b = λ/√(1−λ²), a = middle·√(1+b²).
    """
    probit_malignant, probit_benign = ndtri(p.malignant), ndtri(p.benign)
    loading = np.clip((probit_malignant - probit_benign) / delta, 0.0, MAX_LOADING)
    slope = loading / np.sqrt(1 - loading**2)
    return (probit_malignant + probit_benign) / 2 * np.sqrt(1 + slope**2), slope
