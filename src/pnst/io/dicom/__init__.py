"""DICOM: sorting, geometry, diffusion tags, roles."""
