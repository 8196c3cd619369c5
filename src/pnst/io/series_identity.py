"""What `pnst inspect` may write of a series: no name of a file, and of texts in headers the field's words alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pnst.io.series_guess import SeriesGuess
from pnst.study import vendor

_WORDS_OF_MRI = """
t1 t1w t2 t2w pd pdw dwi dti diff diffusion adc trace tracew ivim dce fat water in out opp phase ip op stir tirm tir
flair mpr mprage tse fse se fl flash gre spgr vibe lava thrive dixon mdixon haste ssfse space cube vista ep2d epi
resolve blade propeller 2d 3d fs fatsat sat supp spair spir spec chess non pre post plus with without contrast gd km
ce gad dynamic sub ax axial tra transverse cor coronal sag sagittal obl oblique left right li re lt rt localizer
localiser loc scout survey calc map mask seg b mr mri muscle edema oedema lesion tumor tumour cord canal csf nerve
vertebrae bone vessels thigh leg arm pelvis neck spine shoulder knee foot hand chest abdomen desc acq label anat image
nii gz json dcm
"""
WORDS = frozenset(_WORDS_OF_MRI.split())
"""What may stay of a description or a name: the words of MRI."""

_WORD = re.compile(r"[^\W_]+|[\W_]+")
_NUMBER = re.compile(r"(?:b|s|t|te|tr|ti|sub|ses|run)?\d{1,4}")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_FILE = re.compile(r"\S+\.(?:nii(?:\.gz)?|dcm|ima|img|hdr|json|bval|bvec|nrrd|mha)\b", re.IGNORECASE)
_MIN_LETTERS = 3
"""Of a name that is looked for in other texts: a shorter one is part of too many words."""


def without_identity(series: Sequence[SeriesGuess]) -> list[SeriesGuess]:
    """The same series, of which nothing is left that could name a patient or a file.

    A key of the field's words and a few digits stays, since it is given to `--role`; any other becomes `series-N`.
    """
    keys = {one.key: one.key if known_words(one.key) == one.key else f"series-{n}" for n, one in enumerate(series, 1)}
    names = {name: keys[one.key] for one in series for name in (one.description, one.key) if name != keys[one.key]}
    return [_without_identity(one, keys[one.key], names) for one in series]


def known_words(text: str) -> str:
    """Of a text the words of MRI, numbers of at most four digits, and what stands between them.

    >>> known_words("T1_tse_tra Smith^John 19430217 b800")
    'T1_tse_tra b800'
    """
    kept: list[str] = []
    between = ""
    for part in _WORD.findall(text):
        if not part[0].isalnum():
            between = between or part
        elif part.lower() in WORDS or _NUMBER.fullmatch(part.lower()):
            kept += [between if kept else "", part]
            between = ""
        else:
            between = " " if kept else ""
    return "".join(kept)


def _without_identity(one: SeriesGuess, key: str, names: dict[str, str]) -> SeriesGuess:
    return replace(
        one,
        key=key,
        description=known_words(one.description),
        reason=_cut(one.reason, names),
        rivals=_cut_all(one.rivals, names),
        manufacturer=one.manufacturer and vendor(one.manufacturer),
        unit=one.unit and known_unit(one.unit),
        notes=_cut_all(one.notes, names),
        problem=one.problem and _cut(one.problem, names),
    )


def known_unit(unit: str) -> str:
    """A unit as it stands where it looks like one; "another unit" else."""
    return (
        unit
        if re.fullmatch(r"[\w²³⁻µμ./*^ \-]{1,16}", unit) and not re.search(r"[^\W\d_]{5}", unit)
        else "another unit"
    )


def _cut_all(texts: Iterable[str], names: dict[str, str]) -> tuple[str, ...]:
    return tuple(_cut(text, names) for text in texts)


def _cut(text: str, names: dict[str, str]) -> str:
    """A sentence of pnst without the names of series, of files, and what it quotes of a header."""
    for name in sorted((name for name in names if len(name) >= _MIN_LETTERS), key=len, reverse=True):
        text = text.replace(name, names[name])
    text = _FILE.sub(lambda match: known_words(match[0]) or "a file", text)
    return _QUOTED.sub(lambda match: f"{match[0][0]}{known_words(match[0][1:-1]) or '…'}{match[0][-1]}", text)
