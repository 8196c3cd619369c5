"""What the numbers of an image are, from its image type and derivation code."""

from __future__ import annotations

from collections.abc import Iterable

from pnst.io.dicom.frame import Kind

# Values 3 and on of Image Type (0008,0008) as the vendors write them, and the codes of Derivation Code Sequence; the
# first row that holds one of an image's words decides. M, NORM, DIS2D, FFE and so on say nothing and are not here.
_WORDS: tuple[tuple[Kind, frozenset[str]], ...] = (
    (Kind.LOCALIZER, frozenset({"LOCALIZER", "LOCALISER", "SCOUT"})),
    (Kind.CAPTURE, frozenset({"SCREEN SAVE", "SCREENSAVE", "CSA REPORT", "REPORT", "VXTL STATE"})),
    (Kind.PROJECTION, frozenset({"PROJECTION IMAGE", "MIP", "MIP_SUBVOL", "MNIP", "MINIP", "PROJECTION"})),
    (Kind.SUBTRACTION, frozenset({"SUB", "SUBTRACT", "SUBTRACTION"})),
    (Kind.ADC, frozenset({"ADC", "113041", "ADC_UNSPECIFIED"})),
    (
        Kind.MAP,
        frozenset(
            {
                *("FA", "FRACTIONAL_ANISOTROPY", "COLFA", "COLOR FA", "TENSOR", "TENSOR_B0", "EIGENVALUE", "EADC"),
                *("EXPONENTIAL", "EXP", "RELATIVE_ANISOTROPY", "VOLUME_RATIO", "TTEST", "FIELD_MAP", "B0 MAP"),
                *("T1 MAP", "T2 MAP", "T2_STAR MAP", "T2STAR", "R2_STAR", "R2STAR", "R2 MAP", "FAT_FRACTION", "FF"),
                *("T1_MAP", "T2_MAP", "FAT_FRAC", "PDFF", "WATER_FRACTION", "CALC_BVALUE", "CALC_BVAL", "PERFUSION"),
                "113044",
            }
        ),
    ),
    (Kind.PHASE, frozenset({"P", "PHASE", "PHASE MAP", "PHASE_MAP", "R", "REAL", "IMAGINARY", "VELOCITY MAP", "PCA"})),
    (Kind.WATER, frozenset({"W", "WATER", "WATER_ONLY", "DIXON_WATER"})),
    (Kind.FAT, frozenset({"F", "FAT", "FAT_ONLY", "DIXON_FAT"})),
    (Kind.IN_PHASE, frozenset({"IP", "IN_PHASE", "INPHASE", "DIXON_INPHASE"})),
    (Kind.OPPOSED_PHASE, frozenset({"OP", "OPP_PHASE", "OPPPHASE", "OUT_PHASE", "OUTPHASE", "DIXON_OPPPHASE"})),
)

_TRACE = frozenset({"TRACEW", "TRACE", "ISO", "ISOTROPIC", "COMBINED"})

_REFORMATS = frozenset(
    {"MPR", "CSA MPR", "CSAMPR", "REFORMATTED", "CSA RESAMPLED", "RESAMPLED", "MPR THICK", "CURVED MPR"}
)


def kind_of(image_type: Iterable[str], codes: Iterable[str] = ()) -> Kind:
    """The kind that an image type (its words from the third on) and derivation codes say.

    >>> kind_of(["DERIVED", "PRIMARY", "DIFFUSION", "ADC"]), kind_of(["ORIGINAL", "PRIMARY", "M_SE", "M", "SE"])
    (<Kind.ADC: 'ADC map'>, <Kind.MAGNITUDE: 'magnitude'>)
    """
    words = {word.upper().strip() for word in [*list(image_type)[2:], *codes]}
    return next((kind for kind, named in _WORDS if words & named), Kind.MAGNITUDE)


def is_trace(image_type: Iterable[str]) -> bool:
    """Whether an image type says that diffusion directions were combined."""
    return any(word.upper().strip() in _TRACE for word in image_type)


def is_reformatted(image_type: Iterable[str]) -> bool:
    """Whether an image type says that an image was made from others: a reformat, or derived and secondary.

    >>> is_reformatted(["DERIVED", "SECONDARY", "MPR"]), is_reformatted(["DERIVED", "PRIMARY", "DIXON", "WATER"])
    (True, False)
    """
    words = [word.upper().strip() for word in image_type]
    return bool(_REFORMATS & set(words)) or words[:2] == ["DERIVED", "SECONDARY"]
