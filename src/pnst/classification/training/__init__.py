"""Models that are learnt from a cohort."""
