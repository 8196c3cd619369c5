"""Prompts from files: of pnst itself, 3D Slicer, DICOM reports, and label maps of scribbles."""
