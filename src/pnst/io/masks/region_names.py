"""What a region is called: the tissue that its name means, and as much of the name as may be written."""

from __future__ import annotations

import re
import unicodedata

from pnst.io.masks.region_words import (
    FREE,
    LESION_ENDS,
    LESIONS,
    OTHER_WORDS,
    TISSUE_ENDS,
    TISSUES,
    WITH,
    WITHOUT,
)

_MAX_DIGITS = 4
"""Digits in a name that is written: more could be a date or a patient's number."""


def tissue(name: str, meaning: str = "") -> str | None:
    """The tissue for which a region is named: a key of `TISSUES`; None for a lesion, and for a name that says nothing.

    `meaning` is the meaning of the region's code, which is asked where the name says nothing.

    >>> tissue("GTV_Edema"), tissue("Muskelödem links"), tissue("GTV_Mass"), tissue("muscleLeft"), tissue("Spinal Cord")
    ('edema', 'edema', None, 'muscle', 'cord')
    >>> tissue("nerve sheath tumour"), tissue("tumour without edema"), tissue("ROI 1", "Edema")
    (None, None, 'edema')
    """
    for text in (name, meaning):
        kind = _meaning(_words(text))
        if kind is not None:
            return None if kind == "lesion" else kind
    return None


def safe_label(name: str, number: int) -> str:
    """A name that may be written: as it is where it is made of the field's words and a few digits, else its number.

    >>> safe_label("GTV_Mass", 1), safe_label("Doe, John", 2), safe_label("tumour 19800204", 3), safe_label("7", 7)
    ('GTV_Mass', '2', '3', '7')
    """
    plain = visible(name)
    words = _words(plain)
    letters = [word for word in words if len(word) == 1]
    digits = sum(character.isdigit() for character in plain)
    known = all(len(word) == 1 or _is_known(word) for word in words)
    separators = re.fullmatch(r"[\w \-.,:;+&/()\[\]#]{1,64}", plain) is not None
    good = known and separators and len(letters) <= 1 and digits <= _MAX_DIGITS and plain[:1].isalnum()
    return plain if good or plain == str(number) else str(number)


def visible(name: str) -> str:
    """A name in one normal form, on one line, without what a terminal would obey."""
    shown = "".join(c if c.isprintable() else " " for c in unicodedata.normalize("NFC", name))
    return " ".join(shown.split())


def _meaning(words: list[str]) -> str | None:
    """ "lesion", a tissue, or None where no word says."""
    meanings = [_word_meaning(word) for word in words]
    kept = [m for n, m in enumerate(meanings) if m and not _is_denied(words, n)]
    lesion, tissues = "lesion" in kept, [m for m in kept if m != "lesion"]
    if "edema" in tissues and not (lesion and set(words) & WITH):
        return "edema"
    if lesion:
        return "lesion"
    return tissues[0] if tissues else None


def _is_denied(words: list[str], n: int) -> bool:
    """Whether what stands before or behind a word says that it is not there."""
    return bool(set(words[max(0, n - 2) : n]) & WITHOUT) or bool(set(words[n + 1 : n + 2]) & FREE)


def _word_meaning(word: str) -> str | None:
    if word in LESIONS or word.endswith(LESION_ENDS):
        return "lesion"
    for name, words in TISSUES.items():
        if word in words or word.endswith(TISSUE_ENDS.get(name, ("\0",))):
            return name
    return None


def _is_known(word: str) -> bool:
    """Whether a word is one of the field's as a whole: the end of a compound could follow a patient's name."""
    return word in OTHER_WORDS or word in LESIONS or any(word in words for words in TISSUES.values())


def _words(text: str) -> list[str]:
    """Lower-case words without accents and digits, taken apart at separators and at capitals."""
    spelt = text.replace("+", " and ").replace("&", " and ").replace("ß", "ss").replace("œ", "oe").replace("Œ", "OE")
    bare = "".join(c for c in unicodedata.normalize("NFKD", spelt) if not unicodedata.combining(c))
    runs = re.findall(r"(?<![^\W_])[tT][12][wW]?(?![^\W_])|[^\W\d_]+", bare)
    return [word for run in runs for word in _camel(run)]


def _camel(run: str) -> list[str]:
    """One run of letters as one word where that is known, else taken apart at its capitals."""
    whole = run.lower()
    if _is_known(whole):
        return [whole]
    return [part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[^A-Z]+", run)]
