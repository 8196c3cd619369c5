"""Studies as DICOM: classic or enhanced MR images, b-values as each vendor writes them, and a SEG for each mask."""
