"""Figures for notebooks and papers, drawn onto matplotlib axes by the same code as those of the pages."""

from pnst.plot.growth_curve import growth

__all__ = ["growth"]
