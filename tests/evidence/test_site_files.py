"""The files of a site's evidence. Witnesses: files written by hand, and each of them made wrong in one place."""

from __future__ import annotations

import pytest

from pnst.errors import InputError, SettingError
from pnst.evidence.csv_rows import Censored
from pnst.evidence.site_files import HEADERS, check_name, digest_of, site_files, site_of

FILES = {
    "signs_2x2.csv": "predictor,study,malignant_positive,n_malignant,benign_positive,n_benign,mark,note\n"
    "cyst_or_necrosis,north,>15,20,<5,40,reader,\n"
    "cyst_or_necrosis,north,7,14,,,measured,few\n",
    "continuous.csv": "predictor,unit,study,mean_malignant,sd_malignant,n_malignant,"
    "mean_benign,sd_benign,n_benign,mark,note\n"
    "longest_diameter,cm,north,7.1,2.5,20,,,,counted,\n",
    "agreement.csv": "predictor,study,measured_positive,reader_positive,measured_negative,reader_negative,mark,note\n"
    "cyst_or_necrosis,north,15,20,>35,40,counted,\n",
    "studies.csv": "study,citation,doi,n_malignant,n_benign,population,acquisition,level,nf1,site,age_max,"
    "in_martin2021\n"
    "north,counted by pnst evidence,,20,40,,,counts,unknown,,,no\n",
}


def files(**changes):
    return {name: text.encode() for name, text in (FILES | changes).items()}


def changed(name, old, new):
    assert old in FILES[name]
    return files(**{name: FILES[name].replace(old, new, 1)})


def test_rows_are_read_as_they_are_written():
    site = site_of(files())
    reader, measured = site.sign_counts
    assert (reader.malignant_positive, reader.benign_positive) == (Censored(16, 20), Censored(0, 4))
    assert (measured.malignant_positive, measured.n_benign, measured.measured, reader.measured) == (7, 0, True, False)
    assert (site.moments[0].mean_malignant, site.moments[0].n_benign) == (7.1, 0)
    assert (site.agreements[0].measured_positive, site.agreements[0].measured_negative) == (15, Censored(36, 40))
    assert (site.publication.in_martin2021, site.publication.counted_in_meta_analysis) == ("no", False)


def test_written_again_they_are_the_same_bytes():
    assert site_files(site_of(files())) == files()


def test_the_digest_is_of_the_content_and_not_of_the_order():
    same, other = dict(reversed(files().items())), changed("continuous.csv", "7.1", "7.2")
    assert digest_of(files()) == digest_of(same) == site_of(files()).digest != digest_of(other)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("signs_2x2.csv", "cyst_or_necrosis", "cyst_or_necros", "the predictor 'cyst_or_necros'"),
        ("signs_2x2.csv", "cyst_or_necrosis", "adc_mean", "the predictor 'adc_mean'"),
        ("signs_2x2.csv", "7,14", "15,14", "malignant_positive = 15 of n_malignant = 14"),
        ("signs_2x2.csv", "7,14", "-7,14", "malignant_positive = '-7'"),
        ("signs_2x2.csv", "7,14", "7,-14", "n_malignant = '-14'"),
        ("signs_2x2.csv", "7,14", "7.5,14", "malignant_positive = '7.5'"),
        ("signs_2x2.csv", "7,14", "<6,14", "malignant_positive = '<6'"),
        ("signs_2x2.csv", "7,14", "1,4", "n_malignant = 4"),
        ("signs_2x2.csv", "7,14", "7,", "malignant_positive = '7' without its number"),
        ("signs_2x2.csv", "measured,few", "reader,few", "'cyst_or_necrosis' twice"),
        ("signs_2x2.csv", "measured,few", "printed,few", "the mark 'printed'"),
        ("signs_2x2.csv", "north", "south", "a row of the study 'south'"),
        ("signs_2x2.csv", ",few", ",few,more", "a row of 9 cells"),
        ("signs_2x2.csv", "predictor,", "sign,", "the columns sign"),
        ("continuous.csv", ",cm,", ",mm,", "longest_diameter in 'mm'"),
        ("continuous.csv", "2.5", "0", "sd_malignant = '0'"),
        ("continuous.csv", "7.1", "nan", "mean_malignant = 'nan'"),
        ("agreement.csv", "15,20", "25,20", "measured_positive = 25 of reader_positive = 20"),
        ("studies.csv", ",no\n", ",yes\n", "a population, or a place in the meta-analysis"),
        ("studies.csv", ",no\n", ",no\nnorth,,,,,,,,unknown,,,no\n", "2 rows"),
    ],
)
def test_whatever_should_not_be_there_is_refused(name, old, new, told):
    with pytest.raises(InputError) as error:
        site_of(changed(name, old, new))
    assert (name in error.value.what, told in error.value.got) == (True, True), str(error.value)
    assert all((error.value.expected, error.value.remedy))


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(InputError, match="no CSV in UTF-8"):
        site_of(files() | {"signs_2x2.csv": b"\xff\xfe"})


@pytest.mark.parametrize("name", ["", "2nd", "a b", "../x", "Yu2016", "Martin2021", "x" * 41, "naïve"])
def test_what_is_no_sites_name_is_refused(name):
    with pytest.raises(SettingError, match="cannot be the name of a site"):
        check_name(name)


def test_the_headers_of_signs_numbers_and_studies_are_those_of_the_published_files():
    from importlib.resources import files as resources

    for name in ("signs_2x2.csv", "continuous.csv", "studies.csv"):
        text = resources("pnst.evidence").joinpath("data", name).read_text(encoding="utf-8")
        assert tuple(text.splitlines()[0].split(",")) == HEADERS[name]
