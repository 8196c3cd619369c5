"""The likelihood ratio of what was observed, malignant to benign, per draw of the parameters.

Benign lesions are a mixture of entities, and each pair of malignant lesions and one entity is a model of two classes: a
lesion has a latent severity s, normal with SD 1 and mean ±δ/2 by class; given s the conventional predictors are
independent of each other and of the class. Their likelihood is one integral over s: predictors that are missing drop
out of the product, which integrates them out exactly. Diffusion is a second axis, independent of s given the class. The
pairs' ratios mix as 1/LR = Σ π/LR_entity, so that what raises each of them raises the mixture.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pnst.classification.evidence_model.factors import MOST_LEVELS, Factor, SignFactor, SizeFactor, multiply, split
from pnst.classification.evidence_model.observed import ObservedData
from pnst.classification.evidence_model.parameters import LogNormalParameters, Parameters, SignParameters
from pnst.classification.evidence_model.sign_curves import MAX_LOADING, observed_levels
from pnst.evidence.published import Entity, Predictor, predictors
from pnst.evidence.sign_rows import ENTITIES
from pnst.typing import FloatArray

STEP, REACH = 0.28, 5.6
"""Of the evenly spaced nodes in s, whose sum is exact to rounding for what is smooth over a step (Poisson): within 2e-4
of a probability and 2e-3 of the ends of its interval (tested). The laws hold for any positive weights."""
NODES = np.arange(-REACH, REACH + STEP / 2, STEP)
MAX_DIFFUSION_LOG_RATIO = float(np.log(30.0))
"""No study has the counts for more (assumed)."""
_DRAWS_AT_ONCE = 32
_BLOCK = 60_000  # likelihood values worked on at once: they stay in the processor's cache
AXES = {p.name: p.axis for p in predictors()}


@dataclass(frozen=True, eq=False)
class Likelihood:
    """Both axes at drawn δ and drawn parameters."""

    parameters: Parameters
    delta: FloatArray
    """(draws,)"""

    @property
    def draws(self) -> int:
        """How many draws of the parameters there are."""
        return len(self.delta)

    def log_ratio(self, observed: ObservedData) -> FloatArray:
        """Log of P(observed | malignant) ÷ P(observed | benign), (n, draws)."""
        likelihoods = self.class_likelihoods(observed)
        ratios: FloatArray = np.log(likelihoods[..., 0] / likelihoods[..., 1])
        for of_entity, entity in zip(ratios, ENTITIES, strict=True):
            of_entity += self.diffusion_log_ratio(observed, entity)
        return self.mixed(ratios, observed.nf1)

    def mixed(self, ratios: FloatArray, nf1: FloatArray) -> FloatArray:
        """The pairs' log ratios (entities, n, draws) as one, of patients with NF1 (n,): 1/LR = Σ π/LR."""
        log_shares = (np.log(self.parameters.entity_share(entity, nf1)) for entity in ENTITIES)
        first, second = (share - ratio for share, ratio in zip(log_shares, ratios, strict=True))
        mixture: FloatArray = -np.logaddexp(first, second)
        return mixture

    def diffusion_log_ratio(self, observed: ObservedData, entity: Entity) -> FloatArray:
        """The diffusion axis' share of a pair's log ratio, (n, draws): normal in log ADC, one SD, two medians."""
        log_ratio = np.zeros((observed.count, self.draws))
        for name, x in observed.logs.items():
            if AXES[name] == "diffusion":
                log_ratio += self.value_log_ratio(name, x, entity)
        return log_ratio

    def counted(self, predictor: Predictor, x: float) -> float:
        """A value (the log of it, in the sources' unit) as it counts, in the column's unit: a bound holds it back."""
        low, high = self._lognormal(predictor.name).bounds if predictor.axis == "severity" else (-np.inf, np.inf)
        return float(np.exp(np.clip(x, low, high)) / predictor.unit_factor)

    def value_log_ratio(self, name: str, x: FloatArray, entity: Entity) -> FloatArray:
        """Of one diffusion predictor, (n, draws); 0 where it is missing."""
        p = self._lognormal(name)
        slope = p.sign * p.step(entity) / p.sd**2
        ratio = (x[:, None] - p.middle(entity)) * slope
        np.clip(ratio, -MAX_DIFFUSION_LOG_RATIO, MAX_DIFFUSION_LOG_RATIO, out=ratio)
        ratio[np.isnan(x)] = 0.0
        return ratio

    def factors(self, observed: ObservedData, *, bounded: bool = True) -> dict[str, Factor]:
        """The factor of each conventional predictor."""
        factors: dict[str, Factor] = {
            name: SignFactor.of(weights, observed.by_reader[name], self._tables[name])
            for name, weights in observed.signs.items()
        }
        for name, x in observed.logs.items():
            if AXES[name] == "severity":
                counted = np.clip(x, *self._lognormal(name).bounds) if bounded else x
                factors[name] = self._size(name, counted)
        return factors

    def class_likelihoods(self, observed: ObservedData, *, bounded: bool = True) -> FloatArray:
        """Likelihoods (entities, n, draws, 2) of the conventional predictors in the two classes of each pair.

        Up to a factor that the two classes share. Of many lesions some draws at a time, whose tables stay in the
        processor's cache.
        """
        if observed.count <= 1:
            return self._few_likelihoods(observed, bounded=bounded)
        return np.concatenate([part._few_likelihoods(observed, bounded=bounded) for part in self._parts], axis=2)

    @cached_property
    def _parts(self) -> tuple[Likelihood, ...]:
        starts = range(0, self.draws, _DRAWS_AT_ONCE)
        slices = [slice(start, start + _DRAWS_AT_ONCE) for start in starts]
        return tuple(Likelihood(self.parameters.part(part), self.delta[part]) for part in slices)

    def _few_likelihoods(self, observed: ObservedData, *, bounded: bool) -> FloatArray:
        shared, apart = split(self.factors(observed, bounded=bounded).values(), min(MOST_LEVELS, observed.count))
        likelihoods = np.empty((len(ENTITIES), observed.count, self.draws, 2))
        step = min(max(1, _BLOCK // (self.draws * len(NODES))), max(1, observed.count))
        buffers = np.empty((3, self.draws, step, len(NODES)))
        for start in range(0, observed.count, step):
            rows = slice(start, min(start + step, observed.count))
            common, product, work = buffers[:, :, : rows.stop - start]
            multiply(shared, rows, ENTITIES[0], common, work)
            for index, entity in enumerate(ENTITIES):
                multiply(apart, rows, entity, product, work)
                product *= common
                likelihoods[index, rows] = np.matmul(product, self.class_weights).transpose(1, 0, 2)
        return likelihoods

    @cached_property
    def class_weights(self) -> FloatArray:
        """Weights (draws, nodes, 2) of s in malignant and benign lesions: the normal at 0, tilted to ±δ/2."""
        centre = np.stack([self.delta / 2, -self.delta / 2], axis=-1)[:, None, :]
        weights: FloatArray = np.exp(-((NODES[:, None] - centre) ** 2) / 2)
        return weights

    @cached_property
    def _tables(self) -> dict[str, dict[Entity, FloatArray]]:
        """Per sign, of each entity (of one, where they share it): P(observed level | s), measured and by a reader,
        (draws, 2 · levels, nodes)."""
        tables: dict[str, dict[Entity, FloatArray]] = {}
        for name, p in self.parameters.predictors.items():
            if isinstance(p, SignParameters):
                entities = ENTITIES[:1] if p.shared else ENTITIES
                levels = {entity: observed_levels(p, entity, self.delta, NODES) for entity in entities}
                tables[name] = {entity: np.ascontiguousarray(of.swapaxes(0, 1)) for entity, of in levels.items()}
        return tables

    def _size(self, name: str, x: FloatArray) -> SizeFactor:
        """Normal density of z given s, N(λs, 1 − λ²), up to a factor free of s and of the class; 1 where x is NaN."""
        p = self._lognormal(name)
        z, shift = {}, {}
        for entity in ENTITIES:
            loading = np.minimum(p.step(entity) / p.sd / self.delta, MAX_LOADING)
            width = np.sqrt(2 * (1 - loading**2))
            z[entity] = p.sign * (x - p.middle(entity)[:, None]) / (p.sd * width)[:, None]
            shift[entity] = (loading / width)[:, None] * NODES
        return SizeFactor.of(z, shift)

    def _lognormal(self, name: str) -> LogNormalParameters:
        p = self.parameters.predictors[name]
        assert isinstance(p, LogNormalParameters)  # noqa: S101  # ObservedData.logs holds lognormal predictors only
        return p
