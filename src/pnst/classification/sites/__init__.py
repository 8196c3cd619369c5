"""Evidence that grows: what a cohort counted, to be pooled elsewhere without its patients."""
