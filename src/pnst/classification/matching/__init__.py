"""Groups made comparable: lesions of either class matched by their propensity score."""
