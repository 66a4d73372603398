"""What regions are called and where they lie: by their codes, and whatever else a ledger holds."""

import pytest
from babel import Locale

from webapp import clock, regions
from webapp.text import Formatter

ENGLISH, GERMAN = Locale.parse("en_GB"), Locale.parse("de_DE")


@pytest.mark.parametrize(
    "code, name",
    [
        ("GB-BST", "Bristol"), ("GB-EDH", "Edinburgh"), ("GB-BCP", "Bournemouth, Christchurch and Poole"), ("GB", "United Kingdom"),
        ("DE", "Germany"), ("US-CA", "CA, United States"), ("GB-XYZ", "XYZ, United Kingdom"), ("XX-1", "XX-1"),
        ("Channel Islands", "Channel Islands"), ("gb-bst", "gb-bst"), ("=1+1", "=1+1"), ("", ""),
    ],
)  # fmt: skip
def test_a_code_has_a_name_and_anything_else_keeps_its_own(code, name):
    assert regions.name(code, ENGLISH) == name


def test_countries_are_called_as_the_locale_calls_them():
    assert regions.name("DE", GERMAN) == "Deutschland"
    assert regions.name("US-CA", GERMAN) == "CA, Vereinigte Staaten"


def test_every_known_region_lies_in_its_own_part_of_the_world():
    assert len(regions._known()) > 200 and len(regions._middles()) > 230
    for code in regions._known():
        latitude, longitude = regions.place(code) or (0, 0)
        assert 49 < latitude < 61 and -8.5 < longitude < 2, code
    for code in regions._middles():
        latitude, longitude = regions.place(code) or (999, 999)
        assert -90 < latitude < 90 and -180 <= longitude <= 180, code


@pytest.mark.parametrize("code", ["US-CA", "GB-XYZ", "nowhere", ""])
def test_what_is_not_known_lies_nowhere(code):
    assert regions.place(code) is None


def test_a_code_tells_its_country():
    assert [regions.country(code) for code in ("GB-BST", "FR", "somewhere", "")] == ["GB", "FR", "", ""]


def test_people_see_the_name_and_a_dash_for_nothing():
    said = Formatter("en_GB", "GBP", clock.Zone("Europe/London"))

    assert [said.region(code) for code in ("GB-BST", "", None)] == ["Bristol", "—", "—"]
