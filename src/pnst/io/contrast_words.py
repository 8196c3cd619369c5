"""What a description says of a contrast agent: given, not given, or nothing; in seven languages.

English, German, French, Italian, Spanish, Portuguese, Dutch; a few words of Chinese. Negations are read before bare
words, and words that only look alike (post op, phase contrast, enhanced conversion) before both.
"""

from __future__ import annotations

import re

_NAMES = (
    r"dotarem|magnevist|prohance|gadovist|gadavist|clariscan|multihance|eovist|primovist|omniscan|optimark|vasovist|"
    r"ablavar|elucirem|vueway|magnegita|artirem"
)
_AGENT = (
    r"(km|kontrast\w*|gd|gado?\w*|contrast\w*|mdc|pdc|civ|ce|cm|inj(?!ur)\w*|enhanc\w*|enh|c|iv|agent\w*|"
    r"iv contrast\w*|" + _NAMES + ")"
)
_LINK = r"((de|di|do|da|d|of|any|le|la|el|il|al|der|the|produit|medio|meio|mezzo|agente|iv|ev|intraven\w*) )*"
_NOT = (
    r"(no|non|not|nicht|nil|un|zero|minus|without|w o|wo|w out|ohne|o|kein\w*|sans|pas|hors|sin|sem|senza|nao|zonder|"
    r"geen)"
)
_BEFORE = r"(pre|prae|ante|before|prior to|vor|v|avant|prima|antes|voor)"

_NOT_GIVEN = re.compile(
    rf"\b{_NOT} {_LINK}{_AGENT}\b|\b(un|non)(enhanced|contrast\w*)\b|\bs (gd|gado?\w*|contrast\w*|mdc|inj\w*|civ|pdc)\b"
    rf"|\bprae?(gd|gado?\w*|km|contr\w*|kontr\w*|con|c|inj\w*|mdc)\b|\b{_BEFORE} {_LINK}{_AGENT}\b"
    rf"|\b{_AGENT} (none|nein|free|frei|off|neg\w*|minus|not (given|admin\w*|used|done)|no$)"
    rf"|\bno(gd|gado?\w*|km|contr\w*|kontr\w*|mdc)\b|\b(kontrast\w*|km|mdc|contrast) ?(los|frei|free)\b"
    r"|\bkontrast\w*(los|frei)\w*|\bnoncon\b|\b(non|nicht|nao|no) (injecte\w*|contrastad\w*|contrastat\w*|verstarkt)"
    rf"|\bprior to (the )?{_AGENT}\b|\b(pre|prae|vor|nativ\w*|avant|prima|antes|blanco|unenhanced|unverstarkt)\b|平扫"
    r"|\bminus(agent)\b"
)
_GIVEN = re.compile(
    rf"\b({_NAMES}|post|gd|gado?\w*|ce|km|nach|mdc|pdc|civ|inj(?!ur)\w*|apres|"
    r"depois|despues|dopo|apos|enhanced?|enhancing|enhancement|enh|kontrast\w*|contrast\w*|cont|iv)\b"
    r"|\bpos$|\bpost?(gd|gado?\w*|km|contr\w*|kontr\w*|con|c|inj\w*|mdc)\b"
    r"|(?<![a-rt-z])t ?1w?(c|ce|gd|km|gado?\w*|post)\b|\+ ?(c|gd|km|gado?\w*)\b|\b(c|gd|km|iv) ?\+|\bp c\b|增强|造影"
)

_OCCASION = (
    r"(ops?|\w*operat\w*|oper\w*|surg\w*|\w*rese[ck]t\w*|resec\w*|excis\w*|chir\w*|cirug\w*|cirurg\w*|interven\w*|"
    r"\w*eingriff|exeres\w*|rt|rtx|rct|radi[oa]\w*|irrad\w*|\w*bestrahl\w*|chx|ctx|chemo\w*|chimio\w*|chemio\w*|"
    r"quimio\w*|kemo\w*|strahlen\w*|treat\w*|\w*therap\w*|trait\w*|trat\w*|behand\w*|tx|bx|biops\w*|proc\w*|trauma\w*|unfall|accident\w*|part\w*|"
    r"ictal|mortem|void\w*|mict\w*|exerc\w*|implant\w*|fract\w*|punkt\w*|punct\w*|ttt|tace|nact)"
)
_PLACE = (
    r"(foss\w*|thigh|calf|calves|compart\w*|elem\w*|wall|mediast\w*|tib\w*|horn|root|column|knee|leg|shoulder|neck|"
    r"arm|ankle|elbow|hip|chest|thorax|sagittal|coil|array)"
)
_AFTER = r"(post|pos|nach|n|apres|dopo|despues|depois|apos|tras|na|after|status post|s p|pre|prae|vor|avant|voor|intra)"
_OTHER_MEANINGS = re.compile(
    rf"\b{_AFTER} ?{_LINK}{_OCCASION}\b|\b(post|after|before|pre) {_PLACE}\b|\bpre ?(sat\w*|scan\w*|pulse\w*|puls)\b"
    r"|\b(legacy )?(converted )?enhanced (mri? )?(conver\w*|dicom|multi ?frame|mri?|image|format|iod)\b"
    r"|\b(phase|tissue|soft tissue|high|low|multi|transfer|mt|dual|image|t1|t2) contrast (angio\w*|mode|weight\w*)"
    r"|\bphase contrast\b|\b(magneti[sz]ation )?transfer contrast\b|\bmulti contrast\b|\bcontrast (mode|ratio|\d)\b"
    r"|\b(edge|snr|resolution|detail|fluid|susceptibility|image|speed|deep|ai) ?enhance\w*|\benhanced? resolution\b"
    r"|\b(dig\w*|finger|toe|zeh\w*|mt|mc|ray|strahl|level|zone|segment\w*|grad\w*|phase|part|teil|nr) iv\b"
)
_MINUS = re.compile(r"(?<![^\W_])(c|gd|gad|gado|km|mdc|kontrast|contrast|iv)\s?[-−–](?=\s|$|[)\],;/])", re.ASCII)
_SPACED_MINUS = re.compile(
    r"(?:(?<=\s)|(?<=_)|^)[-−–](c|gd|gad|gado|km|mdc|iv)(?![\w+])|\([-−–]\)\s?(c|gd|gado?|km|mdc)"
)


def mark_minus_signs(lower: str) -> str:
    """Write "C-", "Gd -" and " -KM" as words, before signs are dropped: "Gd-DTPA" and "T1-Gd" keep their agent."""
    return _SPACED_MINUS.sub(" minusagent ", _MINUS.sub(" minusagent ", lower))


def without_other_meanings(plain: str) -> str:
    """The text less the phrases whose words would be taken for a contrast agent, or a phase (post op, enhanced MR)."""
    return _OTHER_MEANINGS.sub(" ", plain).strip()


def contrast_word(plain: str) -> str | None:
    """ "pre" or "post" where the text, already without its other meanings, says so; else None.

    >>> [contrast_word(text) for text in ("t1 kontrastlos", "t1 km", "t1 tra")]
    ['pre', 'post', None]
    """
    if _NOT_GIVEN.search(plain):
        return "pre"
    return "post" if _GIVEN.search(plain) else None
