"""Series from NIfTI files, and into them."""
