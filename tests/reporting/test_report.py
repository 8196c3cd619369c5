"""The page as a whole. Witnesses: the HTML parser, the numbers that were handed in, and what must never be there."""

from __future__ import annotations

import base64
import io
import math
import re
from dataclasses import replace
from html.parser import HTMLParser

import matplotlib.image
import pytest

from pnst.classification.assess import assess
from pnst.classification.assessment import DISCLAIMER
from pnst.errors import InputError, SettingError
from pnst.image import Volume
from pnst.measurement.measurements import Measurements
from pnst.reporting.report import report, report_lesions
from pnst.reporting.vocabulary import part_title
from pnst.study import Acquisition, Lesion, Role, Study

VOID = {"meta", "img", "br", "link", "input", "hr"}
SELF_CLOSED = {"rect", "line", "circle"}
ATTACK = """<script>alert("x")</script>'&"""


class Page(HTMLParser):
    """Reads a page strictly: every tag is closed, in order."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.attributes, self.words, self.rows = [], [], [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append("")
        elif tag in ("td", "th", "br", "p", "li"):
            self.handle_data(" ")

    def handle_startendtag(self, tag, attrs):
        assert tag in SELF_CLOSED
        self.attributes += [(tag, *pair) for pair in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)
            if "tr" in self.open:
                self.rows[-1] += data

    @property
    def text(self):
        return re.sub(r"\s+", " ", "".join(self.words))

    def row(self, start):
        """The text of the first row that starts so."""
        rows = (re.sub(r"\s+", " ", row).strip() for row in self.rows)
        return next(row for row in rows if row.startswith(start))

    def values(self, tag, name):
        return [value for t, n, value in self.attributes if (t, n) == (tag, name)]


@pytest.fixture(scope="module")
def a(made):
    return assess(made.m)


@pytest.fixture(scope="module")
def bare():
    """The study without its images, for what does not concern pictures."""
    return Study("case-07", {})


@pytest.fixture(scope="module")
def html(made, a):
    return report(made.study, made.lesion, made.m, a)


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def test_the_page_is_well_formed_and_the_parser_can_say_no(page):
    assert page.tags[:2] == ["html", "head"]
    with pytest.raises(AssertionError):
        Page("<p><b>x</p>")


def test_every_measured_number_stands_on_the_page_exactly(page, made):
    exact = page.values("data", "value")
    for name, value in made.m.columns().items():
        if isinstance(value, float) and not name.endswith("_threshold"):
            assert repr(value) in exact, name


def test_a_number_stands_in_the_row_of_its_name_with_its_unit(page):
    assert page.row("Craniocaudal") == "Craniocaudal extent 35.4 mm"
    assert page.row("Median ADC") == "Median ADC 1.44 10⁻³ mm²/s"
    assert page.row("Ill-defined margin") == "Ill-defined margin (over 20 %) yes"
    assert page.row("Cover of the less") == "Cover of the less covered pole not applicable"
    assert page.row("Compartment") == "Compartment fat"


def test_what_was_skipped_stands_there_with_its_reason(page, made):
    for part, reason in made.m.skipped.items():
        assert f"{part_title(part)} not measured: {reason}" in page.row(part_title(part))
    assert "Not measured: too little of the edge is seen" in page.text


def test_an_unmeasured_family_is_named_and_has_no_pictures(made, bare, a):
    m = replace(made.m, adc=None, skipped={"adc": "no diffusion series and no ADC map"})
    page = Page(report(bare, made.lesion, m, a))
    assert page.row("Diffusion") == "Diffusion not measured: no diffusion series and no ADC map"
    assert "Median ADC" not in page.text
    assert "least_b = 50.0" in page.text  # its settings are still there


def test_probability_interval_and_other_priors_are_as_assessed(page, a):
    exact = page.values("data", "value")
    for value in (a.probability, *a.interval, a.prior, *a.at_priors.values(), *a.contributions.values()):
        assert str(value) in exact
    assert DISCLAIMER in page.text


def test_the_scale_shows_the_interval_where_it_is(page, a):
    """Closed form: 0–100 % over 920 units."""
    x, width = ([value for t, n, value in page.attributes if t == "rect" and n == name] for name in ("x", "width"))
    low, high = a.interval
    assert (float(x[1]), float(width[1])) == pytest.approx((920 * low, 920 * (high - low)), abs=0.06)
    assert float(page.values("circle", "cx")[0]) == pytest.approx(920 * a.probability, abs=0.06)


def test_the_contributions_shown_and_the_prior_sum_to_the_answer(html, a):
    """Invariant of the assessment, read off the page: to the last digit with the prior's own log-odds."""
    body, foot = re.search(r'<table class="bars">.*?<tbody>(.*?)</tbody>(.*?)</table>', html, re.DOTALL).groups()
    shown = [float(v) for v in re.findall(r'<td class="n"><data value="([^"]+)"', body)]
    prior, total = (float(v.replace("−", "-")) for v in re.findall(r'<td class="n">([+−]\d+\.\d\d)</td>', foot))
    assert len(shown) == len(a.contributions)
    assert sum(shown) + math.log(a.prior / (1 - a.prior)) == pytest.approx(
        math.log(a.probability / (1 - a.probability))
    )
    assert sum(shown) + prior == pytest.approx(total, abs=0.011)


def test_a_readers_judgement_is_marked_and_does_not_hide_the_measurement(page):
    assert page.row("Perilesional oedema") == (
        "Perilesional oedema Greatest extent 5.4 mm Oedema: yes reader: no a piece of at least 0.50 ml"
    )
    assert "Reader: Invasion reader: yes" in " ".join(page.rows).replace("\n", " ")


def test_without_a_reader_no_section_speaks_of_one(made, bare):
    m = replace(made.m, overrides={})
    assert "reader:" not in Page(report(bare, made.lesion, m, assess(m))).text


def test_abstaining_is_said_before_any_number(made, bare, a):
    assert a.abstained is None
    size_only = Measurements("case-07", "tumour 1", size=made.m.size)
    withheld = assess(size_only)
    page = Page(report(bare, made.lesion, size_only, withheld))
    position = page.text.index(f"No assessment is given: {withheld.abstained}")
    assert position < page.text.index("probability of malignancy")
    assert "No assessment is given" not in Page(report(bare, made.lesion, made.m, a)).text


def test_warnings_notes_and_remarks_are_all_there(page, made, a):
    for text in (*made.m.warnings, *a.warnings, *made.study.notes, made.m.margin.quality):
        assert text in page.text


def test_every_rule_stands_with_its_result_reason_and_population(page, a):
    for rule in a.rules:
        row = page.row(rule.name.replace("_", " "))
        assert rule.reason in row
        assert rule.population in row
    assert any(rule.result == "cannot be evaluated" for rule in a.rules)
    assert any(rule.result == "positive" for rule in a.rules)


def test_settings_versions_and_digests_are_there(page, made):
    assert "ill_defined_fraction = 0.2" in page.text
    for name, value in made.m.provenance.items():
        assert f"{name} {value}" in page.text
    assert "0" * 64 in page.text


def test_acquisition_facts_are_worded_with_their_units(made, a):
    facts = Acquisition(
        echo_time_ms=12.5, fat_suppressed=False, contrast_agent=None, manufacturer="SIEMENS Healthineers"
    )
    series = {Role.T1: replace(made.study.series[Role.T1], acquisition=facts)}
    page = Page(report(Study("case-07", series), made.lesion, made.m, a))
    assert page.row("T1").endswith("Siemens, TE 12.5 ms, not fat-suppressed")


def test_pictures_are_pngs_with_words_for_those_who_cannot_see_them(page):
    sources = page.values("img", "src")
    assert len(sources) == 2 + 4 + 3 + 3 + 1  # the margin: every series, and the one it was read on across its slices
    for source in sources:
        head, data = source.split(",")
        assert head == "data:image/png;base64"
        rows, columns, _ = matplotlib.image.imread(io.BytesIO(base64.b64decode(data)), format="png").shape
        assert min(rows, columns) > 300
    assert all(page.values("img", "alt"))


def test_nothing_is_loaded_from_elsewhere(html, page):
    assert "://" not in html
    assert "script" not in page.tags
    assert "link" not in page.tags
    assert page.values("a", "href") == []
    assert all(source.startswith("data:") for source in page.values("img", "src"))
    assert "url(" not in html
    assert "@import" not in html


def test_text_from_files_is_escaped_everywhere(made):
    series = {
        role: replace(
            s, notes=(ATTACK,), acquisition=Acquisition(manufacturer=ATTACK), source=replace(s.source, digest=ATTACK)
        )
        for role, s in made.study.series.items()
    }
    study = Study(ATTACK, series, notes=(ATTACK,))
    lesion = Lesion(ATTACK, made.lesion.mask, ATTACK, notes=(ATTACK,))
    m = replace(
        made.m,
        case_id=ATTACK,
        label=ATTACK,
        margin=replace(made.m.margin, quality=ATTACK, series=ATTACK),
        skipped={ATTACK: ATTACK},
        overrides={"reader.invasion": True},
        warnings=(ATTACK,),
        provenance={ATTACK: ATTACK},
    )
    clean = assess(made.m)
    rules = tuple(
        replace(rule, name=ATTACK, reason=ATTACK, population=ATTACK, warnings=(ATTACK,)) for rule in clean.rules
    )
    hostile = {ATTACK: 0.5}
    a = replace(clean, case_id=ATTACK, label=ATTACK, model=ATTACK, abstained=ATTACK, warnings=(ATTACK,), rules=rules)
    a = replace(a, contributions=hostile)
    html = report(study, lesion, m, a)
    assert "<script" not in html.lower()
    assert html.count("&lt;script&gt;") > 30
    assert "script" not in Page(html).tags
    assert not any(name.startswith("on") for _, name, _ in Page(html).attributes)


def test_the_same_input_gives_the_same_bytes(made, a, html):
    assert report(made.study, made.lesion, made.m, a) == html


@pytest.mark.parametrize("what", ["study", "lesion", "measurements", "assessment"])
def test_parts_of_different_cases_are_refused(made, a, what):
    study, lesion, m = made.study, made.lesion, made.m
    if what == "study":
        study = Study("case-08", study.series)
    if what == "lesion":
        lesion = Lesion("tumour 2", lesion.mask, "simulation")
    if what == "measurements":
        m = replace(m, case_id="case-08")
    if what == "assessment":
        a = replace(a, label="tumour 2")
    with pytest.raises(InputError, match="not of one case and lesion"):
        report(study, lesion, m, a)


def test_numbers_assessed_without_a_name_can_be_reported(made, bare):
    """A mapping of columns has no case: nothing contradicts the measurements'."""
    a = assess({"size.longest_diameter_mm": 36.02})
    assert "Longest diameter" in report(bare, made.lesion, made.m, a)


def test_several_lesions_share_one_page(made, bare, a):
    other = Lesion("tumour 2", made.lesion.mask, "simulation")
    findings = [
        (made.lesion, made.m, a),
        (other, replace(made.m, label="tumour 2"), replace(a, label="tumour 2")),
    ]
    page = Page(report_lesions(bare, findings))
    assert page.tags.count("article") == 2
    assert page.tags.count("h1") == 1
    assert "Lesion tumour 2" in page.text


def test_a_lesion_that_meets_no_image_is_reported_without_pictures(made, bare, a):
    """As when a report is made from numbers whose images are not at hand."""
    m = replace(made.m, regions={})
    assert Page(report(bare, made.lesion, m, a)).values("img", "src") == []


def test_the_adc_unit_is_the_radiologists(page, made):
    assert isinstance(made.m.regions["adc"], Volume)
    assert "um2_per_ms" not in page.row("Mean ADC")


def test_the_real_sarcoma_makes_a_page_of_under_three_megabytes(shared_data, made):
    """Regression on the size of a page whose pictures are of real, noisy images; the numbers are made up."""
    from pnst.image import Mask
    from pnst.io.masks.read import read_lesion
    from pnst.io.study import read_study

    folder = shared_data / "sts001_raw" / "dicom"
    study = read_study(folder)
    (contours,) = (folder / "MR_T2" / "mask").iterdir()
    mass, edema = (read_lesion(contours, study, label=name) for name in ("GTV_Mass", "GTV_Edema"))
    grid = study.series[Role.T2_FS].volume.grid
    zone = Mask(edema.mask_on(grid).data & ~mass.mask_on(grid).data, grid)
    m = replace(made.m, case_id=study.case_id, label=mass.label, regions={"edema": zone})
    html = report(study, mass, m, assess(m))
    assert len(Page(html).values("img", "src")) == 8
    assert len(html.encode()) < 3e6


def test_settings_that_are_not_known_are_not_made_up(made, bare, a):
    """What was read from an entry alone: the defaults may not be those that were used."""
    known = report(bare, made.lesion, made.m, a)
    assert "settings that these measurements" not in known
    assert 'class="settings"' in known
    again = Measurements.from_dict(made.m.to_dict(), made.m.case_id)
    unknown = report(bare, made.lesion, again, a)
    assert "settings that these measurements were made with are not known" in unknown
    assert 'class="settings"' not in unknown


def test_an_override_that_there_cannot_be_is_refused(made, bare, a):
    m = replace(made.m, overrides={"split_fat.present": None})
    with pytest.raises(SettingError, match=r"split_fat\.present"):
        report(bare, made.lesion, m, a)
