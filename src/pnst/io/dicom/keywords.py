"""Keywords in a series' description, in the abbreviations of several languages."""

from __future__ import annotations

import re
import unicodedata

# Each pattern is searched in the description in lower case, without accents, with every other sign than + and * turned
# into a space. English, German, French, Spanish, Portuguese, Italian, Dutch; a few words of Chinese and Japanese.
_PATTERNS: dict[str, str] = {
    "localizer": r"\b(loc|locali[sz]er\w*|scout|survey|topo\w*|reperage|localizador|localizzatore|3 ?plane)\b",
    "adc": r"\b(adc|dadc|apparent diffusion\w*|apparenter? diffusion\w*|cda|coef\w* (de )?dif\w*)\b|表观扩散|見かけ",
    "map": r"\b(fa|colfa|fractional|tensor|eadc|expo\w+|t[12] ?map\w*|mapping|kar(te|ten)|cartographie|mapa)\b",
    "dwi": r"\b(dwi?\w*|diff\w*|dti\w*|ivim|resolve|trace\w*|b ?\d{2,4}|zoomit)\b|弥散|扩散|拡散",
    "b0": r"\bb ?0{1,4}\b",
    "subtraction": r"\b(subs?|subtr\w*|soustr\w*|sottr\w*|substr\w*)\b",
    "projection": r"\b(mip|minip)\b",
    "flair": r"\b(flair\w*|dark ?fluid)\b",
    "stir": r"\b(stir\w*|tirm\w*)\b",
    "t1": r"(?<![a-rt-z])t ?1(?!\d|rho| ?map| ?\*)",
    "t2star": r"(?<![a-rt-z])t ?2 ?(\*|star)|\b(medic|merge)\b",
    "t2": r"(?<![a-rt-z])t ?2(?!\d| ?\*| ?star| ?map)",
    "pd": r"\b(pd\w*|dp\w*|proton\w*)\b",
    "post": (
        r"\b(post|gd|gad\w*|dotarem|magnevist|prohance|ce|km|nach|mdc|inj\w*|apres|depois|despues|dopo|enhanced?|"
        r"kontrast\w*|contrast\w*|iv|t1c)\b|\+ ?(c|gd|km)\b|\bc ?\+|增强|造影"
    ),
    "pre": (
        r"\b(pre|vor|nativ\w*|avant|prima|antes|zonder|non ?contrast\w*|(ohne|sans|sin|sem|senza|without|w o) "
        r"(km|kontrast\w*|inj\w*|gado?\w*|gd|c|civ|contrast\w*|mdc))\b|平扫"
    ),
    "no_fs": r"\b((no|non|ohne|sans|sin|sem|senza|without|w o) ?(fs|fat ?sat)|nofs)\b",
    "fs": (
        r"(?<![a-z])(fs|fat ?(sat|supp?)\w*|sat ?fat|spair|spir|chess|sg|sat\w* (de )?(la )?gra\w*|we|water exc\w*|"
        r"supp?\w* (de )?(la )?gra\w*|soppr\w* (del )?gra\w*|fett\w*)(?![a-z])|t[12]w?(fs|fatsat)|脂肪抑制|压脂|抑脂"
    ),
    "water": r"\b(w|water|wasser|eau|agua|acqua)$|\bwater (only|image)\b|^water\b(?! exc)",
    "fat": r"\b(f|fat|fett|graisse|grasa)$|\bfat (only|image)\b|^fat\b(?! ?s)",
    "in_phase": r"\b(in|ip|in ?ph\w*)$|\bin ?phase\b",
    "opposed_phase": r"\b(op|opp\w*|out ?ph\w*)$|\b(opposed|out of|opp|out) ?phase\b",
    "other": (
        r"\b(swi|tof|angio\w*|mra|perf\w*|asl|bold|fmri|spectro\w*|mrs|b[01] ?map|field ?map|elasto\w*|calib\w*|asset|"
        r"phoenix\w*|report|screen\w*|dos[ei]s?)\b"
    ),
}
_COMPILED = {name: re.compile(pattern) for name, pattern in _PATTERNS.items()}
_SIGNS = re.compile(r"[^\w+*]+|_")


def keywords_of(description: str) -> frozenset[str]:
    """The known keywords that a description holds; "no_fs" takes away "fs", "pre" takes away "post".

    >>> sorted(keywords_of("AXIAL SE T2 FAT SAT")), sorted(keywords_of("t1_tse_tra nach KM"))
    (['fs', 't2'], ['post', 't1'])
    """
    plain = unicodedata.normalize("NFKD", description.lower())
    plain = _SIGNS.sub(" ", "".join(c for c in plain if not unicodedata.combining(c))).strip()
    keywords = {name for name, pattern in _COMPILED.items() if pattern.search(plain)}
    for stronger, weaker in (("no_fs", "fs"), ("pre", "post"), ("adc", "map"), ("t2star", "t2"), ("fs", "fat")):
        if stronger in keywords:
            keywords.discard(weaker)
    return frozenset(keywords)
