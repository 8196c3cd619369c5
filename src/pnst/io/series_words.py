"""Keywords in what a series is called, by a description or a file's name: abbreviations of several languages."""

from __future__ import annotations

import re
import unicodedata

from pnst.io.contrast_words import contrast_word, mark_minus_signs, without_other_meanings

# Each pattern is searched in the description in lower case, without accents, with every other sign than + and * turned
# into a space. English, German, French, Spanish, Portuguese, Italian, Dutch; a few words of Chinese and Japanese.
_NOT = r"(no|non|not|un|ohne|sans|sin|sem|senza|zonder|geen|without|w o|wo|w out)"
_PATTERNS: dict[str, str] = {
    "localizer": (
        r"\b(loc|lok|locali[sz]\w*|lokali\w*|\w*scouts?|survey|topo\w*|topogram\w*|reperage|reperes?|ubersicht\w*|"
        r"3 ?planes?|plan ?scan|pilot|smartbrain)\b|定位"
    ),
    "adc": (
        r"\b([dsi]?adc ?(map\w*|karte)?|apparent diffusion\w*|apparenter? diffusion\w*|cda|average dc|"
        r"coef\w* (de |di )?(dif\w*))\b|表观扩散|見かけ"
    ),
    "map": (
        r"\b(fa|colfa|fractional|tensor|eadc|expo\w+|t[12] ?map\w*|mapping|kar(te|ten)|cartographie|mapa|"
        r"(fat|water) ?frac\w*|pdff|ff|r2 ?(star|map)?|(calc\w*|cal|comp|computed|synth?\w*|extrapol\w*) ?(high )?"
        r"b ?(val\w*)? ?\d*|[sc]dwi|cb ?\d{3,4})\b"
    ),
    "dwi": r"\b(dwi?\w*|diff\w*|dti\w*|ivim|resolve|trace\w*|b ?\d{2,4}|zoomit)\b|弥散|扩散|拡散",
    "b0": r"\bb ?0{1,4}\b",
    "subtraction": r"\b(subs?|subtr\w*|soustr\w*|sottr\w*|substr\w*|resta|aftrek\w*)\b|减影",
    "projection": r"\b(thick ?|thin ?)?(mip|minip|mnip)s?\b",
    "reformat": r"\b(c?mprs?|reformat\w*|reform|rekon\w*|reconstr\w*|recon|multi ?planar)\b",
    "flair": r"\b(flair\w*|dark ?fluid)\b",
    "stir": r"\b(stir\w*|tirm\w*)\b",
    "t1": r"(?<![a-rt-z])t ?1(?!\d|rho| ?map| ?\*)",
    "t2star": r"(?<![a-rt-z])t ?2 ?(\*|star)|\b(medic|merge)\b",
    "t2": r"(?<![a-rt-z])t ?2(?!\d| ?\*| ?star| ?map)",
    "pd": r"\b(pd\w*|dp\w*|proton\w*)\b",
    "no_fs": (
        rf"\b({_NOT} ?(fs|fat ?sat\w*|fatsup\w*|fat supp?\w*|sat\w* (de )?(la )?gra\w*|sat|sat\w*|fett\w*|vet\w*|"
        r"supp?\w*|soppr\w*)|nofs|nonfs|fs (off|no|aus)|fat ?sat (off|no))\b"
    ),
    "fs": (
        r"(?<![a-z])(fs|fat ?(sat|supp?)\w*|sat ?fat|spair|spir|chess|sg|sat\w* (de )?(la )?gra\w*|we|water exc\w*|"
        r"supp?\w* (de )?(la )?gra\w*|soppr\w* (del )?gra\w*|fett\w+|vet ?(sat|supp?|onder)\w*|fs ?t[12]w?)(?![a-z])"
        r"|t[12]w?(fs|fatsat)|pdw?fs|脂肪抑制|压脂|抑脂"
    ),
    "water": (
        r"(?<!t1 )(?<!t2 )(?<!pd )\b(w|water|wasser|eau|agua|acqua)$|\bwater (only|image)\b|^water\b(?! (exc|frac))"
    ),
    "fat": (
        r"(?<!t1 )(?<!t2 )(?<!pd )\b(f|fat|fett|graisse|grasa|grasso|vet)$|\bfat (only|image)\b|^fat\b(?! ?(s|frac))"
    ),
    "in_phase": r"\b(in|ip|in ?ph\w*)$|\bin ?phase\b",
    "opposed_phase": r"\b(op|opp\w*|out ?ph\w*)$|\b(opposed|out of|opp|out) ?phase\b",
    "other": (
        r"\b(swi|tof|angio\w*|mra|perf\w*|asl|bold|fmri|spectro\w*|mrs|b[01] ?map|field ?map|elasto\w*|calib\w*|asset|"
        r"phoenix\w*|report|screen\w*|dos[ei]s?|phase contrast|key ?images?|snapshots?|processed images?|"
        r"bolus ?track\w*|care ?bolus|test ?bolus|tracker|ref ?scan|reference scan|shim\w*)\b"
    ),
}
_COMPILED = {name: re.compile(pattern) for name, pattern in _PATTERNS.items()}
_SIGNS = re.compile(r"[^\w+*]+|_")


def keywords_of(description: str) -> frozenset[str]:
    """The known keywords that a description holds; "no_fs" takes away "fs", and a negated contrast agent is "pre".

    >>> sorted(keywords_of("AXIAL SE T2 FAT SAT")), sorted(keywords_of("t1_tse_tra nach KM"))
    (['fs', 't2'], ['post', 't1'])
    """
    plain = unicodedata.normalize("NFKD", description.lower())
    plain = mark_minus_signs("".join(c for c in plain if not unicodedata.combining(c)))
    plain = without_other_meanings(_SIGNS.sub(" ", plain).strip())
    keywords = {name for name, pattern in _COMPILED.items() if pattern.search(plain)}
    contrast = contrast_word(plain)
    if contrast is not None:
        keywords.add(contrast)
    if "t1" in keywords and "t2" not in keywords:
        keywords.discard(
            "flair"
        )  # T1 FLAIR (GE) is T1-weighted: its inversion nulls cerebrospinal fluid at a short echo
    for stronger, weaker in (
        ("no_fs", "fs"),
        ("adc", "map"),
        ("t2star", "t2"),
        ("fs", "fat"),
        ("no_fs", "fat"),
        ("map", "fat"),
    ):
        if stronger in keywords:
            keywords.discard(weaker)
    return frozenset(keywords)
