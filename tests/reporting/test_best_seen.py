"""On which series a lesion is seen best. Witnesses: images with a contrast by formula."""

from __future__ import annotations

from dataclasses import replace

from pnst.image import Volume
from pnst.reporting.best_seen import best_seen
from pnst.study import Role, Study


def test_the_greater_contrast_wins_whatever_comes_first(made):
    """The lesion lies 15 above muscle on T1 and 150 on fat-suppressed T2, in equal noise."""
    assert best_seen(made.study, made.lesion).role == Role.T2_FS
    turned = {Role.T1: Role.T2_FS, Role.T2_FS: Role.T1}
    series = {role: replace(made.study.series[other], role=role) for role, other in turned.items()}
    assert best_seen(Study("turned", series), made.lesion).role == Role.T1


def test_diffusion_shows_no_anatomy_and_nothing_is_seen_outside(made):
    assert best_seen(Study("dwi", {Role.DWI: made.study.series[Role.DWI]}), made.lesion) is None
    assert best_seen(Study("bare", {}), made.lesion) is None
    t1 = made.study.series[Role.T1]
    affine = t1.volume.grid.affine.copy()
    affine[0, 3] += 900
    away = replace(t1.volume.grid, affine=affine)
    far = replace(t1, volume=Volume(t1.volume.data, away))
    assert best_seen(Study("far", {Role.T1: far}), made.lesion) is None


def test_a_flat_image_is_seen_with_no_contrast(made):
    t1 = made.study.series[Role.T1]
    flat = replace(t1, volume=Volume(t1.volume.data * 0 + 7, t1.volume.grid))
    assert best_seen(Study("flat", {Role.T1: flat}), made.lesion).role == Role.T1
