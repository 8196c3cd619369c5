"""The role of a series: from the physics in its header first, then from its description. Every guess has its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pnst.io.dicom.frame import Kind
from pnst.io.dicom.geometry import listed
from pnst.io.dicom.stack import Stack
from pnst.io.series_words import keywords_of
from pnst.study import Acquisition, Role

MR_MODALITIES = frozenset({"MR", ""})
MIN_B_DIFFERENCE = 1.0
"""s/mm² by which two b-values must differ to make a diffusion series (Philips numbers its b = 0 volumes 0.001, …)."""

_WEIGHTINGS = {"t1": Role.T1, "t2": Role.T2}


@dataclass(frozen=True)
class RoleGuess:
    """The role of one stack, why, and what else it might have been."""

    role: Role | None
    reason: str
    rivals: tuple[str, ...] = ()
    """Other roles with what speaks for them."""


def guess_role(stack: Stack) -> RoleGuess:
    """The role of a stack; None for what no measurement uses, with the reason."""
    keywords = keywords_of(stack.header.description)
    return (
        _without_role(stack, keywords)
        or _diffusion(stack, keywords)
        or _dixon(stack, keywords)
        or _time_series(stack)
        or _weighted(stack, keywords)
    )


def _without_role(stack: Stack, keywords: frozenset[str]) -> RoleGuess | None:
    adc_map = stack.kind is Kind.ADC and stack.header.modality == "OT"  # a parametric map
    if stack.header.modality not in MR_MODALITIES and not adc_map:
        return RoleGuess(None, f"its modality is {stack.header.modality}, not MR")
    if stack.header.pixels.samples > 1:
        return RoleGuess(None, "a colour image")
    if stack.kind is Kind.CAPTURE:
        return RoleGuess(None, "a picture of images: a screen capture, key image or report")
    if stack.kind in (Kind.LOCALIZER, Kind.PROJECTION, Kind.SUBTRACTION, Kind.PHASE, Kind.MAP):
        return RoleGuess(None, f"its image type says {stack.kind}")
    if stack.planes > 1:
        return RoleGuess(None, f"its slices lie in {stack.planes} planes: a localizer")
    for word in ("localizer", "subtraction", "projection", "other"):
        if word in keywords and stack.kind is Kind.MAGNITUDE:
            return RoleGuess(
                None, f"its description names a {word}" if word != "other" else "its description names no role"
            )
    return None


def _diffusion(stack: Stack, keywords: frozenset[str]) -> RoleGuess | None:
    distinct = sorted({round(b) for b in stack.b_values or ()})
    several = bool(stack.b_values) and max(stack.b_values or (0,)) - min(stack.b_values or (0,)) >= MIN_B_DIFFERENCE
    if stack.kind is Kind.ADC:
        return RoleGuess(
            Role.ADC, "its image type says ADC map", ("dwi: it carries a b-value",) if any(distinct) else ()
        )
    if stack.parts:
        reason = f"b-values {_listed(distinct)} of {listed(stack.parts, 6)}, one a series on one grid"
        return RoleGuess(Role.DWI, f"{reason}{', directions combined' if stack.is_trace else ''}")
    if stack.merged_into:
        return RoleGuess(None, f"one b-value of the diffusion series {stack.merged_into}")
    if several:
        if "adc" in keywords:
            return RoleGuess(Role.DWI, f"b-values {_listed(distinct)} in one series", ("adc: its description",))
        trace = ", directions combined" if stack.is_trace else ""
        return RoleGuess(Role.DWI, f"b-values {_listed(distinct)} in one series{trace}")
    if "adc" in keywords and (stack.real_world is None or stack.real_world.unit != "1"):
        rivals = (f"dwi: it carries b = {distinct[-1]} s/mm²",) if any(distinct) else ()
        return RoleGuess(Role.ADC, "its description names the apparent diffusion coefficient", rivals)
    if "map" in keywords:
        return RoleGuess(None, "its description names a computed map")
    if any(distinct) or "dwi" in keywords:
        got = f"only b = {distinct[-1]} s/mm²" if any(distinct) else "no b-value above 0"
        alone = f" ({stack.unmerged_reason})" if stack.unmerged_reason else ""
        return RoleGuess(None, f"diffusion with {got}: at least two b-values are needed{alone}")
    return None


def _dixon(stack: Stack, keywords: frozenset[str]) -> RoleGuess | None:
    named = {Kind.WATER: "water", Kind.FAT: "fat", Kind.IN_PHASE: "in_phase", Kind.OPPOSED_PHASE: "opposed_phase"}
    word = named.get(stack.kind) or next((w for w in named.values() if w in keywords), None)
    if word is None:
        return None
    source = "its image type" if stack.kind in named else "its description"
    if word == "water":
        if _is_t2(stack.acquisition, keywords):
            return RoleGuess(Role.T2_FS, f"the water image of a T2-weighted Dixon series ({source})", ("water: Dixon",))
        return RoleGuess(Role.WATER, f"a water image by {source}", ("t1_post",) if _contrast(stack, keywords) else ())
    if word == "fat":
        return RoleGuess(Role.FAT, f"a fat image by {source}")
    return RoleGuess(None, f"an {word.replace('_', '-')} image by {source}")


def _time_series(stack: Stack) -> RoleGuess | None:
    if len(stack.volumes) > 1:
        return RoleGuess(None, f"{len(stack.volumes)} time points: choose one by its key, {stack.key}-t1 and on")
    return None


def _weighted(stack: Stack, keywords: frozenset[str]) -> RoleGuess:
    weighting, reason = _by_physics(stack)
    described = next((w for w in ("flair", "t2star", "stir", "t2", "t1", "pd") if w in keywords), None)
    # A header may leave out the inversion or the kind of echo: of long echo times the description is the finer word.
    finer = weighting == "t2" and described in ("flair", "t2star")
    if weighting is None or finer:
        weighting = described
        reason = (
            f"its description says {_weighting_name(described)}"
            if described
            else "nothing in its header says what it is"
        )
    rivals = tuple(_rivals(weighting, described))
    if stack.acquisition.contrast_agent and "pre" in keywords:
        rivals += ("t1: its description says before contrast",)
    if weighting == "stir":
        return RoleGuess(Role.T2_FS, reason, rivals)
    if weighting not in _WEIGHTINGS:
        return RoleGuess(None, reason if weighting is None else f"{reason}: no role uses it", rivals)
    role = _WEIGHTINGS[weighting]
    if role is Role.T2 and (evidence := _fat_suppression(stack, keywords)):
        return RoleGuess(Role.T2_FS, f"{reason}; fat suppressed by {evidence}", rivals)
    if role is Role.T1 and (evidence := _contrast(stack, keywords)):
        return RoleGuess(Role.T1_POST, f"{reason}; contrast agent by {evidence}", rivals)
    if role is Role.T1 and (evidence := _fat_suppression(stack, keywords)):
        reason = f"{reason}; fat suppressed by {evidence}"
    return RoleGuess(role, reason, rivals)


def _by_physics(stack: Stack) -> tuple[str | None, str]:
    """The weighting that repetition, echo and inversion times make, and the sentence that says so.

    The limits are the field's usual ones for spin echo (T1: TE < 30 ms and TR < 1500 ms; T2: TE ≥ 60 ms and
    TR ≥ 1500 ms) and spoiled gradient echo (T1: TE < 10 ms and TR < 100 ms); between them physics does not decide.
    """
    acquisition = stack.acquisition
    tr, te, ti = acquisition.repetition_time_ms, acquisition.echo_time_ms, acquisition.inversion_time_ms
    if tr is None or te is None:
        return None, ""
    times = f"TR {tr:.4g} ms, TE {te:.3g} ms"
    gradient = any(word.upper() == "GR" for word in stack.header.sequence)
    if ti and not gradient and tr >= 1500:
        times += f", TI {ti:.4g} ms"
        if ti < 350:
            return "stir", f"{times}: short inversion time nulls fat"
        if te >= 60:
            return "flair", f"{times}: long inversion time nulls fluid"
        return ("t1", f"{times}: T1 by inversion") if te < 30 else (None, "")
    if gradient:
        return ("t1", f"{times}: spoiled gradient echo") if te < 10 and tr < 100 else (None, "")
    if te < 30 and tr < 1500:
        return "t1", f"{times}: T1-weighted"
    if te >= 60 and tr >= 1500:
        return "t2", f"{times}: T2-weighted"
    return ("pd", f"{times}: proton density") if te < 30 and tr >= 1500 else (None, "")


def _is_t2(acquisition: Acquisition, keywords: frozenset[str]) -> bool:
    long = acquisition.echo_time_ms is not None and acquisition.echo_time_ms >= 60
    return "t1" not in keywords and ("t2" in keywords or long)


def _fat_suppression(stack: Stack, keywords: frozenset[str]) -> str | None:
    if stack.acquisition.fat_suppressed:
        return "its header"
    return "its description" if keywords & {"fs", "stir"} else None


def _contrast(stack: Stack, keywords: frozenset[str]) -> str | None:
    if stack.acquisition.contrast_agent:
        return "its header"
    return "its description" if "post" in keywords else None


def _rivals(weighting: str | None, described: str | None) -> Iterator[str]:
    if described is not None and described != weighting and {weighting, described} != {"t2", "stir"}:
        yield f"{described}: its description"


def _weighting_name(word: str | None) -> str:
    return {"t1": "T1", "t2": "T2", "stir": "STIR", "flair": "FLAIR", "pd": "proton density", "t2star": "T2*"}.get(
        word or "", ""
    )


def _listed(values: list[int]) -> str:
    return ", ".join(str(v) for v in values)
