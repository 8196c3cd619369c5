"""What was measured of a DICOM study as DICOM objects of that study: a SEG, a parametric map, a TID 1500 report."""
