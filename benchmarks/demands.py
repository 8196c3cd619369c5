"""How far each column may be off on simulated studies, and which columns decide a sign."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Demand:
    """How far a column may be off: a share of the truth, or an amount in its own unit, whichever is more."""

    share: float = 0.0
    amount: float = 0.0
    thin_share: float | None = None
    thin_amount: float | None = None
    thin_slices: float = 0.0
    """… or a share of the slice spacing."""
    standard_errors: float = 0.0
    """… and this many standard errors of the mean of noisy voxels on top."""

    def limit(self, truth: float, thin: bool, slice_mm: float, standard_error: float) -> float:
        """In the column's unit."""
        if self.standard_errors:
            return self.share * abs(truth) + self.standard_errors * standard_error
        if not thin:
            return max(self.share * abs(truth), self.amount)
        share = self.share if self.thin_share is None else self.thin_share
        amount = self.amount if self.thin_amount is None else self.thin_amount
        return max(share * abs(truth), amount, self.thin_slices * slice_mm)


DEMANDS = {
    "size.longest_diameter_mm": Demand(share=0.03, thin_share=0.0, thin_slices=0.25),
    "size.volume_ml": Demand(share=0.03, thin_share=0.05),
    "margin.irregularity": Demand(amount=0.01),
    "margin.sphericity": Demand(amount=0.03),
    "margin.deep_lobulations_count": Demand(amount=1.0),
    "margin.edge_width_mm": Demand(share=0.15, amount=1.0, thin_share=0.0, thin_amount=1.5),
    "margin.edge_offset_mm": Demand(amount=0.5),
    "margin.ill_defined_fraction": Demand(amount=0.05, thin_amount=0.10),
    "edema.max_extent_mm": Demand(amount=1.5),
    "edema.volume_ml": Demand(share=0.08),
    "split_fat.coverage_fraction": Demand(amount=0.05),
    "enhancement.enhancing_fraction": Demand(amount=0.03),
    "enhancement.rim_core_ratio": Demand(share=0.10),
    "cyst.fraction": Demand(amount=0.03),
    "cyst.necrosis_fraction": Demand(amount=0.03),
    "t1_high.fraction": Demand(amount=0.03),
    "target.rim_core_ratio": Demand(share=0.10),
    "adc.mean_um2_per_ms": Demand(share=0.01, standard_errors=2.0),
}
"""The accuracy that the project demands of its measurements; of lobulations and the lesion's interior, ours."""
RELATIVE = {column for column, demand in DEMANDS.items() if demand.share and not demand.amount}
SIGNS = {
    "margin.ill_defined": ("margin.ill_defined_fraction",),
    "edema.present": (),
    "split_fat.compartment": (),
    "split_fat.applicable": (),
    "split_fat.present": ("split_fat.coverage_fraction", "split_fat.pole_coverage_fraction"),
    "enhancement.peripheral": ("enhancement.rim_core_ratio",),
    "cyst.present": ("cyst.fraction",),
    "t1_high.present": (),
    "target.present": ("target.rim_core_ratio",),
}
"""Each sign and the columns that decide it; a truth within 10 % of the threshold is left out."""
