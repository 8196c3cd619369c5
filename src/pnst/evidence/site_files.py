"""The four files of a site's evidence: rows to text, and text to rows that are checked.

They are in the formats of the published files. What is not told, because too few lesions stand behind it, is an empty
cell; `agreement.csv` holds counts, where the published one has ranges.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from hashlib import sha256
from typing import TypeVar

from pnst.errors import InputError, SettingError
from pnst.evidence.body import SiteEvidence
from pnst.evidence.csv_rows import SMALL_CELL, Censored, Count, count
from pnst.evidence.published import Publication, predictors, publications
from pnst.evidence.sign_rows import MEASURED, AgreementCounts, SignCounts
from pnst.evidence.value_rows import SampleMoments

SIGNS, MOMENTS, AGREEMENT, STUDIES = "signs_2x2.csv", "continuous.csv", "agreement.csv", "studies.csv"
HEADERS = {
    name: tuple(field.name for field in fields(kind))
    for name, kind in (
        (SIGNS, SignCounts),
        (MOMENTS, SampleMoments),
        (AGREEMENT, AgreementCounts),
        (STUDIES, Publication),
    )
}
"""The files, and the columns of each."""
READER, COUNTED = "reader", "counted"
MARKS = {SIGNS: (READER, MEASURED), MOMENTS: (COUNTED,), AGREEMENT: (COUNTED,)}
UNITS = {"severity": "cm", "diffusion": "1e-3 mm2/s"}
"""Of the moments, by the predictor's axis."""
_MAX_COUNT = 10**7
_MAX_MEAN = 1e4
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
Cells = dict[str, str]
_Row = TypeVar("_Row")


def site_files(site: SiteEvidence) -> dict[str, bytes]:
    """The content of each file."""
    texts = {
        SIGNS: [_sign_cells(row) for row in site.sign_counts],
        MOMENTS: [_moment_cells(row) for row in site.moments],
        AGREEMENT: [_agreement_cells(row) for row in site.agreements],
        STUDIES: [_study_cells(site.publication)],
    }
    return {name: _text(HEADERS[name], rows).encode() for name, rows in texts.items()}


def check_name(name: str) -> str:
    """The name of a site. Raises `SettingError` for one that is none, or a published study's."""
    if _NAME.fullmatch(name) and name not in publications():
        return name
    raise SettingError(
        "this cannot be the name of a site",
        got=repr(name[:60]),
        expected="1 to 40 letters, digits, - and _, a letter first, and no published study's name",
        remedy="give another name, which names no patient",
    )


def digest_of(files: Mapping[str, bytes]) -> str:
    """The first 16 hex digits of the SHA-256 over the files, whatever their order."""
    digester = sha256()
    for name in sorted(files):
        digester.update(f"{name} {len(files[name])}\n".encode() + files[name])
    return digester.hexdigest()[:16]


def site_of(files: Mapping[str, bytes]) -> SiteEvidence:
    """The rows of these files. Raises `InputError` for whatever they should not hold."""
    rows = {name: _rows(name, files[name]) for name in HEADERS}
    publication = _publication(rows[STUDIES])
    return SiteEvidence(
        name=publication.study,
        digest=digest_of(files),
        publication=publication,
        sign_counts=_unique(SIGNS, rows[SIGNS], publication.study, _sign),
        moments=_unique(MOMENTS, rows[MOMENTS], publication.study, _moments),
        agreements=_unique(AGREEMENT, rows[AGREEMENT], publication.study, _agreement),
    )


def _text(header: tuple[str, ...], rows: Iterable[Cells]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _sign_cells(row: SignCounts) -> Cells:
    return {
        "predictor": row.predictor,
        "study": row.study,
        **_count_cells("malignant_positive", row.malignant_positive, "n_malignant", row.n_malignant),
        **_count_cells("benign_positive", row.benign_positive, "n_benign", row.n_benign),
        "mark": row.mark,
        "note": row.note,
    }


def _agreement_cells(row: AgreementCounts) -> Cells:
    return {
        "predictor": row.predictor,
        "study": row.study,
        **_count_cells("measured_positive", row.measured_positive, "reader_positive", row.reader_positive),
        **_count_cells("measured_negative", row.measured_negative, "reader_negative", row.reader_negative),
        "mark": row.mark,
        "note": row.note,
    }


def _moment_cells(row: SampleMoments) -> Cells:
    cells = {"predictor": row.predictor, "unit": row.unit, "study": row.study, "mark": row.mark, "note": row.note}
    for of_class in ("malignant", "benign"):
        n = getattr(row, f"n_{of_class}")
        cells |= {f"{name}_{of_class}": f"{getattr(row, f'{name}_{of_class}'):.4g}" for name in ("mean", "sd") if n}
        cells[f"n_{of_class}"] = str(n or "")
    return cells


def _study_cells(study: Publication) -> Cells:
    return {name: "" if (value := getattr(study, name)) is None else str(value) for name in HEADERS[STUDIES]}


def _count_cells(name: str, value: Count, n_name: str, n: int) -> Cells:
    if not n:
        return {name: "", n_name: ""}
    if not isinstance(value, Censored):
        return {name: str(value), n_name: str(n)}
    return {name: f"<{value.high + 1}" if value.low == 0 else f">{value.low - 1}", n_name: str(n)}


def _rows(name: str, content: bytes) -> list[Cells]:
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
        header, *lines = [cells for cells in reader if cells] or [[]]
    except (UnicodeDecodeError, csv.Error) as error:
        raise _wrong(name, f"no CSV in UTF-8: {error}", "a file that pnst evidence wrote") from error
    if tuple(header) != HEADERS[name]:
        raise _wrong(name, f"the columns {', '.join(header)}"[:200], f"the columns {', '.join(HEADERS[name])}")
    for cells in lines:
        if len(cells) != len(header):
            raise _wrong(name, f"a row of {len(cells)} cells", f"{len(header)} cells in every row")
    return [dict(zip(header, cells, strict=True)) for cells in lines]


def _publication(rows: list[Cells]) -> Publication:
    if len(rows) != 1:
        raise _wrong(STUDIES, f"{len(rows)} rows", "one row, that of the site")
    row = rows[0]
    check_name(row["study"])
    if row["in_martin2021"] != "no" or row["nf1"] != "unknown" or row["site"] or row["age_max"]:
        raise _wrong(
            STUDIES,
            "a population, or a place in the meta-analysis",
            "nf1 unknown, site and age_max empty, in_martin2021 no",
        )
    for name in ("n_malignant", "n_benign"):
        _number_of(STUDIES, row, name)
    return Publication.from_row(row)


def _unique(name: str, rows: list[Cells], study: str, read: Callable[[Cells], _Row]) -> tuple[_Row, ...]:
    """Every row read, of this study and each predictor once a mark."""
    seen = set()
    for row in rows:
        if row["study"] != study:
            raise _wrong(name, f"a row of the study {row['study'][:40]!r}", f"rows of {study!r}, as in {STUDIES}")
        if row["mark"] not in MARKS[name]:
            raise _wrong(name, f"the mark {row['mark'][:40]!r}", f"one of {', '.join(MARKS[name])}")
        key = row["predictor"], row["mark"]
        if key in seen:
            raise _wrong(name, f"{row['predictor'][:40]!r} twice", "one row a predictor and mark")
        seen.add(key)
    return tuple(map(read, rows))


def _sign(row: Cells) -> SignCounts:
    _check_predictor(SIGNS, row, lognormal=False)
    (malignant, n_malignant), (benign, n_benign) = (
        _count_of(SIGNS, row, f"{of_class}_positive", f"n_{of_class}") for of_class in ("malignant", "benign")
    )
    return SignCounts(
        row["predictor"], row["study"], malignant, n_malignant, benign, n_benign, row["mark"], row["note"]
    )


def _agreement(row: Cells) -> AgreementCounts:
    _check_predictor(AGREEMENT, row, lognormal=False)
    (yes, n_yes), (no, n_no) = (
        _count_of(AGREEMENT, row, f"measured_{side}", f"reader_{side}") for side in ("positive", "negative")
    )
    return AgreementCounts(row["predictor"], row["study"], yes, n_yes, no, n_no, row["mark"], row["note"])


def _moments(row: Cells) -> SampleMoments:
    axis = _check_predictor(MOMENTS, row, lognormal=True)
    if row["unit"] != UNITS[axis]:
        raise _wrong(MOMENTS, f"{row['predictor']} in {row['unit'][:40]!r}", f"the unit {UNITS[axis]}")
    malignant, benign = _class_moments(row, "malignant"), _class_moments(row, "benign")
    return SampleMoments(row["predictor"], row["unit"], row["study"], *malignant, *benign, row["mark"], row["note"])


def _class_moments(row: Cells, of_class: str) -> tuple[float, float, int]:
    """Mean, SD and number."""
    n = _number_of(MOMENTS, row, f"n_{of_class}")
    mean, sd = (
        _positive_of(row, column) if n else float(_nothing_of(MOMENTS, row, column))
        for column in (f"mean_{of_class}", f"sd_{of_class}")
    )
    return mean, sd, n


def _check_predictor(name: str, row: Cells, lognormal: bool) -> str:
    """The predictor's axis."""
    known = {p.name: p.axis for p in predictors() if (p.kind == "lognormal") == lognormal}
    if row["predictor"] not in known:
        raise _wrong(name, f"the predictor {row['predictor'][:40]!r}", f"one of {', '.join(known)}")
    return known[row["predictor"]]


def _count_of(name: str, row: Cells, column: str, n_column: str) -> tuple[Count, int]:
    n, text = _number_of(name, row, n_column), row[column]
    if not n:
        return _nothing_of(name, row, column), 0
    if text in (f"<{SMALL_CELL}", f">{n - SMALL_CELL}"):
        return count(text, n), n
    value = _whole(name, column, text)
    if value > n:
        raise _wrong(name, f"{column} = {text} of {n_column} = {n}", "a count of at most its total")
    return value, n


def _number_of(name: str, row: Cells, column: str) -> int:
    """A number of lesions, 0 where it is not told."""
    if not row[column]:
        return 0
    value = _whole(name, column, row[column])
    if value < SMALL_CELL:
        raise _wrong(name, f"{column} = {value}", f"at least {SMALL_CELL} lesions, or an empty cell")
    return value


def _whole(name: str, column: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(_MAX_COUNT)) or int(text) > _MAX_COUNT:
        raise _wrong(name, f"{column} = {text[:40]!r}", f"a count, <{SMALL_CELL}, or >n-{SMALL_CELL}")
    return int(text)


def _positive_of(row: Cells, column: str) -> float:
    try:
        value = float(row[column])
    except ValueError:
        value = math.nan
    if not 0 < value <= _MAX_MEAN:
        raise _wrong(MOMENTS, f"{column} = {row[column][:40]!r}", "a number above 0")
    return value


def _nothing_of(name: str, row: Cells, column: str) -> int:
    if row[column]:
        raise _wrong(name, f"{column} = {row[column][:40]!r} without its number of lesions", "an empty cell, or both")
    return 0


def _wrong(name: str, got: str, expected: str) -> InputError:
    return InputError(
        f"{name} is not a site's evidence",
        got=got,
        expected=expected,
        remedy="let the site write it again with pnst evidence",
    )
