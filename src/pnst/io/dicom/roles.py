"""The role of a series: from the physics in its header first, then from its description. Every guess has its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pnst.io.dicom.frame import Kind
from pnst.io.dicom.stack import Stack
from pnst.io.dicom.words import words_of
from pnst.study import Acquisition, Role

MRI_CLASSES = frozenset({"MR", ""})
TWO_B = 1.0
"""s/mm² by which two b-values must differ to make a diffusion series (Philips numbers its b = 0 volumes 0.001, …)."""

_WEIGHTINGS = {"t1": Role.T1, "t2": Role.T2}


@dataclass(frozen=True)
class Guess:
    """The role of one stack, why, and what else it might have been."""

    role: Role | None
    reason: str
    rivals: tuple[str, ...] = ()
    """Other roles with what speaks for them."""


def guess_role(stack: Stack) -> Guess:
    """The role of a stack; None for what no measurement uses, with the reason."""
    keywords = words_of(stack.header.description)
    return (
        _not_for_us(stack, keywords)
        or _diffusion(stack, keywords)
        or _dixon(stack, keywords)
        or _time_series(stack)
        or _weighted(stack, keywords)
    )


def _not_for_us(stack: Stack, keywords: frozenset[str]) -> Guess | None:
    adc_map = stack.kind is Kind.ADC and stack.header.modality == "OT"  # a parametric map
    if stack.header.modality not in MRI_CLASSES and not adc_map:
        return Guess(None, f"its modality is {stack.header.modality}, not MR")
    if stack.header.pixels.samples > 1:
        return Guess(None, "a colour image")
    if stack.kind in (Kind.LOCALIZER, Kind.CAPTURE, Kind.PROJECTION, Kind.SUBTRACTION, Kind.PHASE, Kind.MAP):
        return Guess(None, f"its image type says {stack.kind}")
    for word in ("localizer", "subtraction", "projection", "other"):
        if word in keywords and stack.kind is Kind.MAGNITUDE:
            return Guess(
                None, f"its description names a {word}" if word != "other" else "its description names no role"
            )
    return None


def _diffusion(stack: Stack, keywords: frozenset[str]) -> Guess | None:
    distinct = sorted({round(b) for b in stack.b_values or ()})
    several = bool(stack.b_values) and max(stack.b_values or (0,)) - min(stack.b_values or (0,)) >= TWO_B
    if stack.kind is Kind.ADC:
        return Guess(Role.ADC, "its image type says ADC map", ("dwi: it carries a b-value",) if any(distinct) else ())
    if stack.parts:
        told = f"b-values {_listed(distinct)} of {', '.join(stack.parts)}, one a series on one grid"
        return Guess(Role.DWI, f"{told}{', directions combined' if stack.is_trace else ''}")
    if stack.merged_into:
        return Guess(None, f"one b-value of the diffusion series {stack.merged_into}")
    if several:
        if "adc" in keywords:
            return Guess(Role.DWI, f"b-values {_listed(distinct)} in one series", ("adc: its description",))
        trace = ", directions combined" if stack.is_trace else ""
        return Guess(Role.DWI, f"b-values {_listed(distinct)} in one series{trace}")
    if "adc" in keywords and (stack.real_world is None or stack.real_world.unit != "1"):
        rivals = (f"dwi: it carries b = {distinct[-1]} s/mm²",) if any(distinct) else ()
        return Guess(Role.ADC, "its description names the apparent diffusion coefficient", rivals)
    if "map" in keywords:
        return Guess(None, "its description names a computed map")
    if any(distinct) or "dwi" in keywords:
        got = f"only b = {distinct[-1]} s/mm²" if any(distinct) else "no b-value above 0"
        alone = f" ({stack.alone})" if stack.alone else ""
        return Guess(None, f"diffusion with {got}: at least two b-values are needed{alone}")
    return None


def _dixon(stack: Stack, keywords: frozenset[str]) -> Guess | None:
    named = {Kind.WATER: "water", Kind.FAT: "fat", Kind.IN_PHASE: "in_phase", Kind.OPPOSED_PHASE: "opposed_phase"}
    word = named.get(stack.kind) or next((w for w in named.values() if w in keywords), None)
    if word is None:
        return None
    source = "its image type" if stack.kind in named else "its description"
    if word == "water":
        if _is_t2(stack.acquisition, keywords):
            return Guess(Role.T2_FS, f"the water image of a T2-weighted Dixon series ({source})", ("water: Dixon",))
        return Guess(Role.WATER, f"a water image by {source}", ("t1_post",) if _contrast(stack, keywords) else ())
    if word == "fat":
        return Guess(Role.FAT, f"a fat image by {source}")
    return Guess(None, f"an {word.replace('_', '-')} image by {source}")


def _time_series(stack: Stack) -> Guess | None:
    if len(stack.volumes) > 1:
        return Guess(None, f"{len(stack.volumes)} time points: choose one by its key, {stack.key}-t1 and on")
    return None


def _weighted(stack: Stack, keywords: frozenset[str]) -> Guess:
    weighting, reason = _by_physics(stack)
    told = next((w for w in ("flair", "t2star", "stir", "t2", "t1", "pd") if w in keywords), None)
    # A header may leave out the inversion or the kind of echo: of long echo times the description is the finer word.
    finer = weighting == "t2" and told in ("flair", "t2star")
    if weighting is None or finer:
        weighting = told
        reason = f"its description says {_spelt(told)}" if told else "nothing in its header says what it is"
    rivals = tuple(_rivals(weighting, told))
    if stack.acquisition.contrast_agent and "pre" in keywords:
        rivals += ("t1: its description says before contrast",)
    if weighting == "stir":
        return Guess(Role.T2_FS, reason, rivals)
    if weighting not in _WEIGHTINGS:
        return Guess(None, reason if weighting is None else f"{reason}: no role uses it", rivals)
    role = _WEIGHTINGS[weighting]
    if role is Role.T2 and (evidence := _fat_suppression(stack, keywords)):
        return Guess(Role.T2_FS, f"{reason}; fat suppressed by {evidence}", rivals)
    if role is Role.T1 and (evidence := _contrast(stack, keywords)):
        return Guess(Role.T1_POST, f"{reason}; contrast agent by {evidence}", rivals)
    if role is Role.T1 and (evidence := _fat_suppression(stack, keywords)):
        reason = f"{reason}; fat suppressed by {evidence}"
    return Guess(role, reason, rivals)


def _by_physics(stack: Stack) -> tuple[str | None, str]:
    """The weighting that repetition, echo and inversion times make, and the sentence that says so.

    The limits are the field's usual ones for spin echo (T1: TE < 30 ms and TR < 1500 ms; T2: TE ≥ 60 ms and
    TR ≥ 1500 ms) and spoiled gradient echo (T1: TE < 10 ms and TR < 100 ms); between them physics does not decide.
    """
    acquisition = stack.acquisition
    tr, te, ti = acquisition.repetition_time_ms, acquisition.echo_time_ms, acquisition.inversion_time_ms
    if tr is None or te is None:
        return None, ""
    told = f"TR {tr:.4g} ms, TE {te:.3g} ms"
    gradient = any(word.upper() == "GR" for word in stack.header.sequence)
    if ti and not gradient and tr >= 1500:
        told += f", TI {ti:.4g} ms"
        if ti < 350:
            return "stir", f"{told}: short inversion time nulls fat"
        if te >= 60:
            return "flair", f"{told}: long inversion time nulls fluid"
        return ("t1", f"{told}: T1 by inversion") if te < 30 else (None, "")
    if gradient:
        return ("t1", f"{told}: spoiled gradient echo") if te < 10 and tr < 100 else (None, "")
    if te < 30 and tr < 1500:
        return "t1", f"{told}: T1-weighted"
    if te >= 60 and tr >= 1500:
        return "t2", f"{told}: T2-weighted"
    return ("pd", f"{told}: proton density") if te < 30 and tr >= 1500 else (None, "")


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


def _rivals(weighting: str | None, told: str | None) -> Iterator[str]:
    if told is not None and told != weighting and {weighting, told} != {"t2", "stir"}:
        yield f"{told}: its description"


def _spelt(word: str | None) -> str:
    return {"t1": "T1", "t2": "T2", "stir": "STIR", "flair": "FLAIR", "pd": "proton density", "t2star": "T2*"}.get(
        word or "", ""
    )


def _listed(values: list[int]) -> str:
    return ", ".join(str(v) for v in values)
