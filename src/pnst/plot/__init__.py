"""Figures for notebooks and papers, drawn onto matplotlib axes by the same code as those of the pages."""

from pnst.plot.adc_pair import adc
from pnst.plot.cohort_column import cohort
from pnst.plot.contribution_bars import contributions
from pnst.plot.growth_curve import growth
from pnst.plot.lesion_section import lesion

__all__ = ["adc", "cohort", "contributions", "growth", "lesion"]
