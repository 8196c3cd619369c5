"""What the predictors of an answer are called."""

from __future__ import annotations

from pnst.measurement.column_titles import column_title, family_title

PREDICTORS = {
    "longest_diameter": "Size",
    "margin_ill_defined": "Margin",
    "edema_present": "Oedema",
    "split_fat_absent": "Split fat sign",
    "contour_lobulation": "Lobulated contour",
    "target_sign_absent": "Target sign",
    "t1_high_signal_area": "T1-bright area",
    "cyst_or_necrosis": "Cyst or necrosis",
    "irregular_shape": "Irregular shape",
    "peripheral_enhancement": "Peripheral enhancement",
    "inhomogeneous_enhancement": "Inhomogeneous enhancement",
    "invasion": "Invasion",
    "nerve_not_contiguous": "Nerve not contiguous",
    "adc_mean": "Mean ADC",
    "adc_dark": "ADC of the darkest part",
    "adc_min": "Minimum ADC",
    "dural_tail": "Dural tail",
    "cystic_change": "Cystic change",
    "foraminal_extension": "Extension into the foramen",
    "rim_enhancement": "Enhancement of the rim",
    "level": "Level of the spine",
}


def predictor_title(predictor: str) -> str:
    """What a predictor of the assessment is called: a group of them goes by its family's title, a trained model's
    feature, which is a column, by its family's and its own.

    >>> predictor_title("adc_mean"), predictor_title("margin.irregularity")
    ('Mean ADC', 'Margin: Irregularity')
    """
    family, dot, column = predictor.rpartition(".")
    if dot and predictor not in PREDICTORS:
        return f"{family_title(family)}: {column_title(column, family)}"
    return PREDICTORS.get(predictor) or family_title(predictor)
