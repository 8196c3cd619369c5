"""The page as a whole. Witnesses: the HTML parser, the numbers that were handed in, and what must never be there."""

from __future__ import annotations

import base64
import math
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from pnst.classification.assess import assess
from pnst.classification.assessment import DISCLAIMER
from pnst.classification.findings import Finding
from pnst.errors import InputError, SettingError
from pnst.image import Volume
from pnst.measurement.measurements import Measurements
from pnst.reporting.numbers import sentence
from pnst.reporting.reasons import axis_of, reasons
from pnst.reporting.report import report, report_lesions
from pnst.reporting.vocabulary import part_title
from pnst.study import Acquisition, Lesion, Role, Study
from reporting.picture_pixels import decoded

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
    assert page.row("Fat at the less") == "Fat at the less covered pole not applicable"
    assert page.row("Compartment") == "Compartment fat"


def test_what_was_skipped_stands_there_with_its_reason(page, made):
    for part, reason in made.m.skipped.items():
        assert f"{part_title(part)} not measured: {reason}" in page.row(part_title(part))
    assert "Not measured: Edge: too little of the edge is seen" in page.text


def test_an_unmeasured_family_is_named_and_has_no_pictures(made, bare, a):
    m = replace(made.m, adc=None, skipped={"adc": "no diffusion series and no ADC map"})
    page = Page(report(bare, made.lesion, m, a))
    assert page.row("Diffusion") == "Diffusion not measured: no diffusion series and no ADC map"
    assert "Median ADC" not in page.text
    assert "least_b = 50.0" in page.text  # its settings are still there


def test_probability_interval_and_other_priors_are_as_assessed(page, a):
    exact = page.values("data", "value")
    odds = (a.odds_factor, *a.odds_factor_interval)
    shown = (*odds, a.probability, *a.interval, a.prior, *a.at_priors.values(), *a.contributions.values())
    for value in (*shown, *a.alone.values()):
        assert str(value) in exact
    assert DISCLAIMER in page.text


def test_the_odds_stand_before_the_probability(page):
    odds = page.text.index("The findings multiply the odds of malignancy by")
    probability = page.text.index("is the probability of malignancy at a prior of 32")
    assert odds < page.text.index("whatever the prior") < probability < page.text.index("at other priors")
    assert "the case mix of the 15 studies in Wilson2021" in page.text


def test_the_strip_shows_each_probability_and_the_interval_where_they_are(page, a):
    """Closed form: 0–100 % over the whole width."""
    rings, dots = (
        [float(value.rstrip("%")) for value, kind in zip(*circles(page), strict=True) if kind == name]
        for name in ("ring", "point")
    )
    low, high = a.interval
    assert rings == pytest.approx([1, 5, 10, 100 * a.prior], abs=0.006)
    assert dots == pytest.approx([*(100 * p for p in a.at_priors.values()), 100 * a.probability], abs=0.006)
    (interval,) = (i for i, kind in enumerate(page.values("rect", "class")) if kind == "interval")
    x, width = (float(page.values("rect", name)[interval].rstrip("%")) for name in ("x", "width"))
    assert (x, width) == pytest.approx((100 * low, 100 * (high - low)), abs=0.006)


def circles(page):
    return page.values("circle", "cx"), page.values("circle", "class")


def test_bars_begin_at_the_middle_and_end_where_the_axis_puts_them(html, made, a):
    """Closed form of the axis; filled beside the others, outlined alone, the side by place and by colour."""
    found = reasons(made.m, a)
    axis = axis_of(found)
    table = Page(re.search(r'<table class="bars.*?</table>', html, re.DOTALL)[0])
    kinds, x, width = (table.values("rect", name) for name in ("class", "x", "width"))
    bars = [
        (kinds[i], float(x[i].rstrip("%")), float(width[i].rstrip("%"))) for i in range(len(kinds)) if " " in kinds[i]
    ]
    expected = [bar for reason in found for bar in (reason.beside, reason.alone)]
    assert len(bars) == len(expected)
    for number, ((kind, left, wide), bar) in enumerate(zip(bars, expected, strict=True)):
        assert kind == f"{('beside', 'alone')[number % 2]} {'towards' if bar.log_odds > 0 else 'away'}"
        end = left + wide if bar.log_odds > 0 else left
        assert end == pytest.approx(axis.place(bar.log_odds), abs=0.011)


def test_the_contributions_shown_and_the_prior_sum_to_the_answer(html, a):
    """Invariant of the assessment, read off the page: to the last digit with the prior's own log-odds."""
    body, foot = re.search(r'<table class="bars.*?<tbody>(.*?)</tbody>(.*?)</table>', html, re.DOTALL).groups()
    shown = [float(v) for v in re.findall(r'<td class="n quiet logs"[^>]*><data value="([^"]+)"', body)]
    prior, total = (float(v.replace("−", "-")) for v in re.findall(r'<td class="n">([+−]\d+\.\d\d)</td>', foot))
    assert len(shown) == len(a.contributions)
    assert sum(shown) + math.log(a.prior / (1 - a.prior)) == pytest.approx(
        math.log(a.probability / (1 - a.probability))
    )
    assert sum(shown) + prior == pytest.approx(total, abs=0.011)


def test_a_finding_that_says_one_thing_alone_and_another_beside_the_others_is_explained(made, bare, a):
    opposite = replace(a, findings={"longest_diameter": Finding(-0.3, (-0.6, 0.1), 0.6, (0.2, 1.1))})
    text = Page(report(bare, made.lesion, made.m, opposite)).text
    assert "By itself this speaks for malignancy. Beside the others it speaks for a benign tumour:" in text
    assert "× 0.74 0.55 to 1.1 × 1.8 1.2 to 3.0" in text


def test_a_model_that_has_no_word_on_findings_alone_makes_a_whole_page(made, bare, a):
    """As of a trained model: no `alone`, no intervals, no classes but its own."""
    found = {"edema.max_extent_mm": Finding(1.2), "size.volume_ml": Finding(-0.4)}
    trained = replace(a, findings=found, model="trained model, logistic", odds_factor_interval=None)
    page = Page(report(bare, made.lesion, made.m, trained))
    assert "alone" not in " ".join(page.values("rect", "class"))
    assert "Its model card says which lesions these were" in page.text
    assert "geometric mean" not in page.text
    assert "(95 % None" not in page.text


@pytest.fixture(scope="module")
def of_dura(made, bare):
    m = replace(made.m, overrides={"reader.dural_tail": False})
    return Page(report(bare, made.lesion, m, assess(m, patient={"location": "intradural"})))


@pytest.fixture(scope="module")
def of_skull(made, bare):
    return Page(report(bare, made.lesion, made.m, assess(made.m, patient={"location": "intracranial"})))


class TestIntradural:
    def test_the_answer_is_of_schwannoma_and_malignancy_is_not_spoken_of(self, of_dura):
        before_rules, _, rules = of_dura.text.partition("Published rules")
        assert "multiply the odds of schwannoma rather than meningioma" in before_rules
        assert "malignan" not in before_rules.lower()
        assert "this one is intradural" in rules

    def test_each_tumour_of_the_dura_stands_beside_the_lesion_with_its_sources(self, of_dura):
        assert "Inside the dura: what is published of each tumour" in of_dura.text
        assert "0 of 28" in of_dura.row("Dural tail reader: no")
        assert "4 of 17" in of_dura.row("Fascicular sign not measured")
        assert "Haemangioblastoma" in of_dura.text

    def test_the_end_of_the_page_names_what_it_rests_on(self, of_dura):
        assert "figures published for intradural schwannomas and meningiomas" in of_dura.text
        assert "peripheral nerve sheath tumours" not in of_dura.text


class TestNoQuestion:
    def test_the_reason_stands_in_place_of_a_probability(self, of_skull):
        assert "There is no probability. No published row speaks of intracranial lesions" in of_skull.text
        for words in ("multiply the odds", "at other priors", "What each finding says", "The prior is"):
            assert words not in of_skull.text

    def test_no_tumour_of_the_dura_is_spoken_of(self, of_skull):
        assert "Inside the dura" not in of_skull.text

    def test_the_measurements_stand(self, of_skull):
        assert of_skull.row("Size Longest diameter").startswith("Size Longest diameter 36.0 mm")

    def test_rules_say_that_they_do_not_speak_of_it(self, of_skull):
        assert of_skull.text.count("this one is intracranial") == 1
        assert "speaks for malignancy (" not in of_skull.text
        assert "says nothing of intracranial ones" in of_skull.row("Ill-defined margin if it holds")


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
    position = page.text.index(f"This answer should not be used. {sentence(withheld.abstained)}")
    assert position < page.text.index("multiply the odds")
    assert "should not be used" not in Page(report(bare, made.lesion, made.m, a)).text


def test_warnings_notes_and_remarks_are_all_there(page, made, a):
    said = (sentence(warning) for warning in (*made.m.warnings, *a.warnings))
    for text in (*said, *made.study.notes, made.m.margin.quality):
        assert text in page.text


def test_every_rule_stands_with_its_result_reason_population_and_columns(page, a):
    rows = [re.sub(r"\s+", " ", row) for row in page.rows]
    for rule in a.rules:
        (row,) = (row for row in rows if rule.name in row)
        assert rule.reason in row
        assert rule.population in row
        if rule.result != "cannot be evaluated":
            assert all(column in row for column in rule.inputs)
    assert {rule.result for rule in a.rules} >= {"cannot be evaluated", "positive"}


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
    assert page.row("T1 96 × 88").endswith("Siemens, TE 12.5 ms, not fat-suppressed")


def test_pictures_have_words_for_those_who_cannot_see_them(page):
    sources = page.values("img", "src")
    families = 2 + 4 + 3 + 3 + 1  # the margin: every series, and the one it was read on across its slices
    assert len(sources) == 1 + families + 1  # on the first screen, and every slice
    for source in sources:
        head, data = source.split(",")
        assert head in ("data:image/png;base64", "data:image/jpeg;base64")
        rows, columns, _ = decoded(base64.b64decode(data)).shape
        assert min(rows, columns) > 280
    assert all(page.values("img", "alt"))


def test_nothing_is_loaded_from_elsewhere(html, page):
    assert "://" not in html
    assert "script" not in page.tags
    assert "link" not in page.tags
    assert all(source.startswith("data:") for source in page.values("img", "src"))
    assert "url(" not in html
    assert "@import" not in html


def test_every_link_leads_to_a_place_that_is_there_once(page, made, bare, a):
    two = [
        (made.lesion, made.m, a),
        (Lesion("b", made.lesion.mask, "x"), replace(made.m, label="b"), replace(a, label="b")),
    ]
    for shown in (page, Page(report_lesions(bare, two))):
        ids = [value for _, name, value in shown.attributes if name == "id"]
        links = shown.values("a", "href")
        assert len(links) > 10
        assert {link.removeprefix("#") for link in links} <= set(ids)
        assert len(set(ids)) == len(ids)


def test_the_first_screen_tells_why_and_what_was_not_measured(made, bare, a):
    m = replace(made.m, adc=None, skipped={"adc": "no diffusion series", "cord": "no mask of the cord"})
    html = report(bare, made.lesion, m, a)
    first = re.search(r'<section class="result">.*?</section>', html, re.DOTALL)[0]
    text = Page(first).text
    assert f"× {reasons(m, a)[0].beside.odds_factor}" in text
    assert text.index("Why") < text.index(reasons(m, a)[0].title)
    assert "Not measured: Diffusion (no diffusion series)." in text
    assert "mask of the cord" not in text


def test_what_is_published_stands_behind_a_measured_predictor_of_malignancy_alone(html, made, bare, a):
    """Published: Yu2016, 7.2 ± 3.3 cm in 6 malignant lesions."""
    published = re.findall(r'<table class="published">.*?</table>', html, re.DOTALL)
    assert any("72 ± 33 (n = 6)" in Page(table).text for table in published)
    other = replace(a, question="intradural", of_class="schwannoma", findings={})
    assert '<table class="published">' not in report(bare, made.lesion, made.m, other)


def test_what_few_look_at_is_folded_away(page):
    folded = ("applied,", "What these numbers were made with", "series: ")
    assert page.tags.count("details") == page.tags.count("summary") == len(folded)
    assert all(words in page.text for words in folded)
    assert "open" not in [name for tag, name, _ in page.attributes if tag == "details"]


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
        replace(
            rule,
            name=ATTACK,
            reason=ATTACK,
            population=ATTACK,
            positive_when=ATTACK,
            speaks_for=ATTACK,
            performance=ATTACK,
            warnings=(ATTACK, str(number)),
            inputs={ATTACK: ATTACK},
        )
        for number, rule in enumerate(clean.rules)
    )
    hostile = {ATTACK: Finding(0.5, (0.1, 0.9), 0.7, (0.2, 1.3))}
    a = replace(clean, case_id=ATTACK, label=ATTACK, model=ATTACK, abstained=ATTACK, warnings=(ATTACK,), rules=rules)
    a = replace(a, findings=hostile)
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


def test_a_page_of_several_lesions_begins_with_the_table_and_keeps_its_order(made, bare, a):
    findings = []
    for n, p in enumerate((0.2, 0.9, 0.5), start=1):
        label = f"tumour {n}"
        scored = replace(a, label=label, probability=p, abstained=None)
        findings.append((Lesion(label, made.lesion.mask, "simulation"), replace(made.m, label=label), scored))
    html = report_lesions(bare, findings, ["tumour 4"])
    page = Page(html)
    assert html.index("All lesions") < html.index("<article")
    places = [html.index(f'<article id="lesion-{n}"') for n in (2, 3, 1)]
    assert places == sorted(places)
    assert page.values("a", "href")[:3] == ["#lesion-2", "#lesion-3", "#lesion-1"]
    assert "3 lesions together 31.7" in page.text
    assert "1 lesion could not be measured, in no sum: tumour 4." in page.text
    assert "<th>Region</th>" not in html


def test_a_page_of_one_lesion_has_no_such_table(made, bare, a):
    html = report(bare, made.lesion, made.m, a)
    assert "All lesions" not in html


def test_texts_of_the_table_are_escaped(made, bare):
    label = "<script>"
    m = replace(made.m, label=label)
    findings = [(Lesion(label, made.lesion.mask, "simulation"), m, assess(m))] * 2
    assert "<script" not in report_lesions(bare, findings, ["<img>"])


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
    assert len(Page(html).values("img", "src")) == 10
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
