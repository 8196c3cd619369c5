"""Studies from a DICOMweb server, and results to one."""
