"""`measurements_sr.dcm`. Witness: measurements.csv and measurements.json of the same run, read without pnst."""

from __future__ import annotations

import csv
import json
from collections import defaultdict

import highdicom as hd
import pydicom
import pytest
from highdicom.sr import CodedConcept

from pnst.io.dicom_results.codes import concept_of, own_code, unit_code


@pytest.fixture(scope="module")
def report(dicom_run) -> hd.sr.ComprehensiveSR:
    return hd.sr.srread(dicom_run.out / "measurements_sr.dcm")


@pytest.fixture(scope="module")
def groups(report):
    return report.content.get_volumetric_roi_measurement_groups()


def key(name: CodedConcept, derivation: CodedConcept | None) -> tuple[str, str, str]:
    return name.scheme_designator, name.value, "" if derivation is None else derivation.value


def numbers(group) -> dict[tuple[str, str, str], list[float]]:
    """Every number of a group by its code, in order, as the double and as the decimal string."""
    by_code = defaultdict(list)
    for measurement in group.get_measurements():
        item = measurement[0].MeasuredValueSequence[0]
        by_code[key(measurement.name, measurement.derivation)].append((measurement.value, str(item.NumericValue)))
    return by_code


def rows(dicom_run) -> list[dict[str, str]]:
    with (dicom_run.out / "measurements.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def cells(text: str) -> list[float]:
    """The numbers of a cell; none where it holds a word."""
    try:
        value = json.loads(text)
    except ValueError:
        return []
    if isinstance(value, bool):
        return []
    return [float(v) for v in value] if isinstance(value, list) else [float(value)]


@pytest.mark.parametrize("lesion", [0, 1])
def test_every_number_of_the_table_is_there_to_the_last_digit(dicom_run, groups, lesion):
    expected = {}
    words = ("case_id", "label", "skipped.", "override.")
    for column, text in rows(dicom_run)[lesion].items():
        if column.startswith(words) or column.endswith("_interval") or not cells(text):
            continue
        concept = concept_of(column)
        expected[key(concept.name, concept.derivation)] = cells(text)
    theirs = numbers(groups[lesion])
    assert len(expected) >= 40
    assert {code: [value for value, _ in pairs] for code, pairs in theirs.items()} == expected
    for pairs in theirs.values():
        for value, text in pairs:
            assert len(text) <= 16
            assert float(text) == pytest.approx(value, rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("lesion", [0, 1])
def test_the_ends_of_each_interval_stand_below_their_number(dicom_run, groups, lesion):
    row = rows(dicom_run)[lesion]
    columns = [c.removesuffix("_interval") for c in row if c.endswith("_interval") and row[c]]
    assert len(columns) > 20
    theirs = {}
    for measurement in groups[lesion].get_measurements():
        ends = {
            item.ConceptNameCodeSequence[0].CodeValue: item.MeasuredValueSequence[0].FloatingPointValue
            for item in measurement[0].get("ContentSequence", ())
            if item.ValueType == "NUM"
        }
        if ends:
            theirs[key(measurement.name, measurement.derivation)] = [ends["interval_low"], ends["interval_high"]]
    expected = {}
    for column in columns:
        concept = concept_of(column)
        expected[key(concept.name, concept.derivation)] = cells(row[f"{column}_interval"])
    assert theirs == expected


def test_units_are_ucum(groups, dicom_run):
    units = {key(m.name, m.derivation): m.unit for group in groups for m in group.get_measurements()}
    assert {unit.scheme_designator for unit in units.values()} == {"UCUM"}
    assert units[("SCT", "118565006", "")].value == "mL"
    assert units[("DCM", "113041", "373098007")].value == "um2/ms"
    for column in ("edema.present_threshold", "margin.edge_width_mm", "adc.b_values"):
        assert units[("99PNST", column, "")].value == unit_code(column).value


@pytest.mark.parametrize("lesion", [0, 1])
def test_signs_and_words_are_qualitative_evaluations(dicom_run, groups, lesion):
    entry = json.loads((dicom_run.out / "measurements.json").read_text())["lesions"][lesion]
    expected = {}
    for family, columns in entry.items():
        for column, value in columns.items() if isinstance(columns, dict) else ():
            if family in ("skipped", "overrides", "provenance") or column in ("quality", "implausible"):
                continue
            if isinstance(value, bool):
                expected[f"{family}.{column}"] = "Yes" if value else "No"
            elif isinstance(value, str):
                expected[f"{family}.{column}"] = own_code(value).meaning
    theirs = {e.name.value: e.value.meaning for e in groups[lesion].get_qualitative_evaluations()}
    assert theirs.pop("276214006") == "Morphologically Abnormal Structure"  # the finding's category
    assert theirs == expected
    assert "edema.present" in theirs or lesion == 1  # the block is too small for some signs
    assert len(theirs) >= 4


def test_what_casts_doubt_is_said(dicom_run, report):
    lesions = json.loads((dicom_run.out / "measurements.json").read_text())["lesions"]
    doubts_text = [
        c["quality"] for lesion in lesions for c in lesion.values() if isinstance(c, dict) and "quality" in c
    ]
    comments = [str(item.TextValue) for item in items(report) if item.ValueType == "TEXT"]
    assert doubts_text
    for text in doubts_text:
        assert any(comment.endswith(text) for comment in comments)


def items(dataset):
    for item in dataset.get("ContentSequence", ()):
        yield item
        yield from items(item)


def test_a_group_refers_to_its_segment_and_to_the_images_of_its_slices(dicom_run, groups):
    segmentation = pydicom.dcmread(dicom_run.out / "lesion_seg.dcm")
    t1 = {str(pydicom.dcmread(file).SOPInstanceUID) for file in (dicom_run.study / "t1").iterdir()}
    counts = []
    for number, group in enumerate(groups, start=1):
        (segment,) = [i for i in items(group[0]) if i.ConceptNameCodeSequence[0].value == "121191"]
        reference = segment.ReferencedSOPSequence[0]
        assert reference.ReferencedSOPInstanceUID == segmentation.SOPInstanceUID
        assert reference.ReferencedSegmentNumber == number
        assert group.tracking_uid == segmentation.SegmentSequence[number - 1].TrackingUID
        assert group.tracking_identifier == segmentation.SegmentSequence[number - 1].TrackingID
        assert group.finding_type.value == "108369006"
        images = [i for i in items(group[0]) if i.ConceptNameCodeSequence[0].value == "121233"]
        uids = {str(i.ReferencedSOPSequence[0].ReferencedSOPInstanceUID) for i in images}
        assert uids <= t1
        counts.append(len(uids))
    assert counts == [6, 4]  # slices of the ball, and of the block


def test_numbers_of_diffusion_refer_to_the_map(dicom_run, groups):
    adc_map = pydicom.dcmread(dicom_run.out / "adc_map.dcm", stop_before_pixels=True)
    for group in groups:
        for measurement in group.get_measurements():
            images = [i for i in items(measurement[0]) if i.ValueType == "IMAGE"]
            of_diffusion = measurement.unit.value == "um2/ms" or measurement.name.value.startswith(("adc.", "ivim."))
            if of_diffusion:
                uid = images[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID
                assert uid == adc_map.SOPInstanceUID
            elif measurement.name.scheme_designator != "DCM":  # perfusion has no unit
                assert not images


def test_evidence_and_codes_are_declared(dicom_run, report):
    named = {
        str(instance.ReferencedSOPInstanceUID)
        for study in report.CurrentRequestedProcedureEvidenceSequence
        for series in study.ReferencedSeriesSequence
        for instance in series.ReferencedSOPSequence
    }
    for item in items(report):
        if item.ValueType == "IMAGE":
            assert item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID in named
    (scheme,) = [s for s in report.CodingSchemeIdentificationSequence if s.CodingSchemeDesignator == "99PNST"]
    assert scheme.CodingSchemeResponsibleOrganization
    assert report.ContentTemplateSequence[0].TemplateIdentifier == "1500"
    schemes = {c.CodingSchemeDesignator for i in items(report) for c in i.ConceptNameCodeSequence}
    assert schemes <= {"DCM", "SCT", "LN", "IBSI", "UMLS", "99PNST"}


def test_the_algorithm_is_pnst(groups):
    for group in groups:
        texts = {i.ConceptNameCodeSequence[0].value: i.get("TextValue") for i in items(group[0])}
        assert texts["111001"] == "pnst"
        assert texts["111003"]
