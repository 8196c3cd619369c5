"""What stands beside the answer. Witnesses: the measurements and findings that were handed in."""

from __future__ import annotations

from dataclasses import replace

from pnst.classification.assess import assess
from pnst.reporting.first_screen import MOST_REASONS, first_screen
from pnst.reporting.reasons import reasons
from pnst.study import Study


def test_the_strongest_reasons_and_the_best_picture(made):
    explained = reasons(made.m, assess(made.m))
    screen = first_screen(made.study, made.lesion, made.m, explained)
    assert screen.reasons == tuple(explained[:MOST_REASONS])
    assert screen.others == max(len(explained) - MOST_REASONS, 0)
    assert screen.picture.caption.startswith("Fat-suppressed T2, oblique axial slice")


def test_what_is_missing_of_the_predictors_is_named_and_nothing_else(made):
    skipped = {"adc": "no diffusion series", "cord": "no mask of the cord", "margin.edge": "too little is seen"}
    m = replace(made.m, adc=None, skipped=skipped)
    screen = first_screen(made.study, made.lesion, m, [])
    assert screen.missing == (("Diffusion", "no diffusion series"), ("Margin, edge", "too little is seen"))


def test_without_images_there_is_no_picture(made):
    assert first_screen(Study("bare", {}), made.lesion, made.m, []).picture is None
