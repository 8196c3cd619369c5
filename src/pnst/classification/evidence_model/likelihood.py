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

from pnst.classification.evidence_model.observed import ObservedData
from pnst.classification.evidence_model.parameters import ByEntity, LogNormalParameters, Parameters, SignParameters
from pnst.classification.evidence_model.sign_curves import MAX_LOADING, observed_levels
from pnst.evidence.published import Entity, Predictor, predictors
from pnst.evidence.sign_rows import ENTITIES
from pnst.typing import BoolArray, FloatArray

STEP, REACH = 0.28, 5.6
"""Of the evenly spaced nodes in s, whose sum is exact to rounding for what is smooth over a step (Poisson): within 2e-4
of a probability and 2e-3 of the ends of its interval (tested). The laws hold for any positive weights."""
NODES = np.arange(-REACH, REACH + STEP / 2, STEP)
MAX_DIFFUSION_LOG_RATIO = float(np.log(30.0))
"""No study has the counts for more (assumed)."""
_DRAWS_AT_ONCE = 64
_BLOCK = 120_000  # likelihood values worked on at once: they stay in the processor's cache
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

    def factors(self, observed: ObservedData, rows: slice, *, bounded: bool = True) -> dict[str, ByEntity]:
        """Likelihoods given s (rows, draws, nodes) of each conventional predictor; one array where it is shared."""
        factors: dict[str, ByEntity] = {}
        for name, weights in observed.signs.items():
            kinds = weights[rows], observed.by_reader[name][rows]
            apart = {
                entity: _sign_given_severity(table, *kinds).reshape(-1, self.draws, len(NODES))
                for entity, table in self._tables[name].items()
            }
            factors[name] = apart if len(apart) > 1 else dict.fromkeys(ENTITIES, apart[ENTITIES[0]])
        for name, x in observed.logs.items():
            if AXES[name] == "severity":
                bounded_x = np.clip(x[rows], *self._lognormal(name).bounds) if bounded else x[rows]
                factors[name] = {entity: self._size_given_severity(name, bounded_x, entity) for entity in ENTITIES}
        return factors

    def class_likelihoods(self, observed: ObservedData, *, bounded: bool = True) -> FloatArray:
        """Likelihoods (entities, n, draws, 2) of the conventional predictors in the two classes of each pair.

        Up to a factor that the two classes share. Some draws at a time: their tables stay in the processor's cache.
        """
        parts = [part._few_likelihoods(observed, bounded=bounded) for part in self._parts]
        return np.concatenate(parts, axis=2)

    @cached_property
    def _parts(self) -> tuple[Likelihood, ...]:
        starts = range(0, self.draws, _DRAWS_AT_ONCE)
        slices = [slice(start, start + _DRAWS_AT_ONCE) for start in starts]
        return tuple(Likelihood(self.parameters.part(part), self.delta[part]) for part in slices)

    def _few_likelihoods(self, observed: ObservedData, *, bounded: bool) -> FloatArray:
        likelihoods = np.empty((len(ENTITIES), observed.count, self.draws, 2))
        step = max(1, _BLOCK // (self.draws * len(NODES)))
        for start in range(0, observed.count, step):
            rows = slice(start, min(start + step, observed.count))
            factors = self.factors(observed, rows, bounded=bounded).values()
            common = np.ones((rows.stop - rows.start, self.draws, len(NODES)))
            for factor in factors:
                if _is_shared(factor):
                    common *= factor[ENTITIES[0]]
            for index, entity in enumerate(ENTITIES):
                product = common if index == len(ENTITIES) - 1 else common.copy()
                for factor in factors:
                    if not _is_shared(factor):
                        product *= factor[entity]
                integrals = np.matmul(product.transpose(1, 0, 2), self.class_weights)  # (draws, rows, 2)
                likelihoods[index, rows] = integrals.transpose(1, 0, 2)
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
        (2 · levels, draws · nodes)."""
        tables: dict[str, dict[Entity, FloatArray]] = {}
        for name, p in self.parameters.predictors.items():
            if isinstance(p, SignParameters):
                entities = ENTITIES[:1] if p.shared else ENTITIES
                tables[name] = {entity: observed_levels(p, entity, self.delta, NODES) for entity in entities}
        return tables

    def _size_given_severity(self, name: str, x: FloatArray, entity: Entity) -> FloatArray:
        """Normal density of z given s, N(λs, 1 − λ²), up to a factor free of s and of the class; 1 where x is NaN."""
        p = self._lognormal(name)
        loading = np.minimum(p.step(entity) / p.sd / self.delta, MAX_LOADING)
        width = np.sqrt(2 * (1 - loading**2))
        z = p.sign * (x[:, None] - p.middle(entity)) / p.sd / width
        density: FloatArray = z[..., None] - (loading / width)[:, None] * NODES
        np.multiply(density, density, out=density)
        np.negative(density, out=density)
        np.exp(density, out=density)
        density[np.isnan(x)] = 1.0
        return density

    def _lognormal(self, name: str) -> LogNormalParameters:
        p = self.parameters.predictors[name]
        assert isinstance(p, LogNormalParameters)  # noqa: S101  # ObservedData.logs holds lognormal predictors only
        return p


def _sign_given_severity(table: FloatArray, weights: FloatArray, by_reader: BoolArray) -> FloatArray:
    """Likelihood (n, draws · nodes) of observed levels with weights (n, levels); 1 where they are NaN.

    A table's upper half is of the measured sign, its lower half of a reader's word.
    """
    if not by_reader.any() and not np.isnan(weights).any():
        measured: FloatArray = weights @ table[: weights.shape[1]]
        return measured
    apart = np.concatenate([weights * ~by_reader[:, None], weights * by_reader[:, None]], axis=1)
    apart[np.isnan(weights).any(axis=1)] = 0.5  # measured and read: every level once, which sums to 1 each
    likelihood: FloatArray = apart @ table
    return likelihood


def _is_shared(factor: ByEntity) -> bool:
    first, second = (factor[entity] for entity in ENTITIES)
    return first is second
