"""Days are the zone's own: 23 and 25 hours, half-hour offsets, clock times that are missing or come twice."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp import clock
from webapp.clock import DAY, HOUR, MINUTE, Zone

ZONES = [
    "UTC", "Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns",
    "Asia/Kathmandu", "Pacific/Apia", "America/Sao_Paulo", "America/Havana", "Africa/Casablanca", "Africa/Monrovia",
]  # fmt: skip
KEPT = {name: Zone(name) for name in ZONES}
INSTANTS = st.integers(0, clock.parse_time("2100-01-01T00:00:00Z"))


def ms(text):
    return clock.parse_time(text)


def day(text):
    return clock.parse_date(text)


# ---- Texts ----


@given(st.integers(0, clock.parse_time("9999-12-31T23:59:59.999Z")))
def test_an_instant_is_written_and_read_again(instant):
    assert clock.parse_time(clock.format_time(instant)) == instant


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-11-21T10:15:00Z", "2026-11-21T10:15:00.000Z"),
        ("2026-11-21t10:15:00.1z", "2026-11-21T10:15:00.100Z"),
        ("2026-11-21T10:15:00.123999Z", "2026-11-21T10:15:00.123Z"),
        ("2026-11-21T10:15:00+05:30", "2026-11-21T04:45:00.000Z"),
        ("2026-11-21T23:15:00-08:00", "2026-11-22T07:15:00.000Z"),
        ("2026-11-21T10:15:00-00:00", "2026-11-21T10:15:00.000Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
    ],
)
def test_a_time_with_an_offset_is_an_instant(text, wanted):
    assert clock.format_time(clock.parse_time(text)) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T10:15:00", "2026-11-21", "2026-11-21T10:15Z", "2026-11-21T24:00:00Z", "2026-11-21T10:60:00Z",
        "2016-12-31T23:59:60Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "0000-01-01T00:00:00Z", "",
        "2026-11-21T10:15:00+24:00", "2026-11-21T10:15:00+01:60", "2026-11-21T10:15:00.Z", "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "٢026-11-21T10:15:00Z", "2026-11-21T10:15:00Z\n",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused(text):
    with pytest.raises(clock.TimeError) as refusal:
        clock.parse_time(text)

    assert refusal.value.code == "not_a_time"


def test_a_date_is_a_day():
    assert day("1970-01-01") == 0
    assert clock.format_day(day("2026-11-21")) == "2026-11-21"
    for text in ("2026-11-31", "2026-1-1", "1969-12-31", "21.11.2026"):
        with pytest.raises(clock.TimeError):
            clock.parse_date(text)


# ---- The calendar ----


@given(st.dates(date(1970, 1, 1), date(9998, 12, 31)))
def test_the_calendar_agrees_with_the_library(when):
    found = clock.date_to_day(when)

    assert clock.day_to_date(found) == when
    assert clock.weekday(found) == when.isoweekday()
    assert clock.month_of(found) == when.year * 12 + when.month - 1
    assert clock.day_to_date(clock.first_day(clock.month_of(found))) == when.replace(day=1)
    assert clock.weekday(clock.week_start(found)) == 1 and 0 <= found - clock.week_start(found) < 7
    assert clock.day_to_date(clock.quarter_start(found)) == when.replace(month=(when.month - 1) // 3 * 3 + 1, day=1)
    assert clock.day_to_date(clock.year_start(found)) == when.replace(month=1, day=1)


# ---- Local days ----


@pytest.mark.parametrize(
    ("name", "date_", "hours"),
    [
        ("Europe/London", "2026-03-29", 23), ("Europe/London", "2026-10-25", 25), ("Europe/London", "2026-11-21", 24),
        ("America/New_York", "2026-03-08", 23), ("America/New_York", "2026-11-01", 25),
        ("Asia/Kolkata", "2026-03-29", 24),
        ("Australia/Lord_Howe", "2026-04-05", 24.5), ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Pacific/Apia", "2011-12-30", 0), ("America/Sao_Paulo", "2018-11-04", 23),
        ("America/Havana", "2026-11-01", 25),
    ],
)  # fmt: skip
def test_a_day_has_the_hours_that_its_zone_gives_it(name, date_, hours):
    begin, end = Zone(name).bounds(day(date_))

    assert (end - begin) / HOUR == hours


def test_the_repeated_hour_stands_twice_and_the_missing_one_not_at_all():
    zone = Zone("Europe/London")

    repeated = [hour for _, hour in zone.hours(day("2026-10-25"))]
    missing = [hour for _, hour in zone.hours(day("2026-03-29"))]

    assert repeated == [0, 1, 1, *range(2, 24)]
    assert missing == [0, *range(2, 24)]


def test_a_half_hour_change_of_the_clock_begins_an_hour_of_its_own():
    begins = [clock.format_time(start)[11:16] for start, hour in Zone("Australia/Lord_Howe").hours(day("2026-04-05"))]

    assert begins[:4] == ["13:00", "14:00", "15:00", "15:30"]


@settings(max_examples=300)
@given(INSTANTS, st.sampled_from(ZONES))
def test_every_instant_lies_in_exactly_one_day_and_one_hour(instant, name):
    zone = KEPT[name]

    found = zone.day_of(instant)
    begin, end = zone.bounds(found)
    start, hour = zone.hour_of(instant)
    starts = [one for one, _ in zone.hours(found)]

    assert begin <= instant < end
    assert zone.bounds(found + 1)[0] == end
    assert start <= instant and start in starts and not any(start < one <= instant for one in starts)
    assert 0 <= hour <= 23 and 0 <= zone.local_seconds(instant) < 86_400
    assert zone.local_seconds(instant) // 3600 == hour


@settings(max_examples=300)
@given(INSTANTS, st.sampled_from(ZONES))
def test_the_wall_clock_agrees_with_the_library(instant, name):
    zone, local = KEPT[name], datetime.fromtimestamp(instant // 1000, ZoneInfo(name))

    assert zone.local_seconds(instant) == local.hour * 3600 + local.minute * 60 + local.second
    assert abs(clock.date_to_day(local.date()) - zone.day_of(instant)) <= (name == "America/St_Johns")


@settings(max_examples=300)
@given(st.integers(0, 47_000), st.integers(0, 86_399), st.sampled_from(ZONES))
def test_a_clock_time_is_the_first_instant_that_shows_it_or_a_later_one(one_day, seconds, name):
    zone = KEPT[name]

    instant = zone.at(one_day, seconds)

    shown = zone.local(instant)
    wanted = datetime(1970, 1, 1, tzinfo=UTC).timestamp() + one_day * 86_400 + seconds
    assert shown.replace(tzinfo=UTC).timestamp() >= wanted


def test_a_clock_time_that_does_not_exist_is_the_next_instant():
    zone = Zone("Europe/London")

    assert clock.format_time(zone.at(day("2026-03-29"), 5400)) == "2026-03-29T01:00:00.000Z"
    assert clock.format_time(Zone("America/Sao_Paulo").at(day("2018-11-04"), 0)) == "2018-11-04T03:00:00.000Z"


def test_of_a_clock_time_that_comes_twice_the_first_counts():
    assert clock.format_time(Zone("Europe/London").at(day("2026-10-25"), 5400)) == "2026-10-25T00:30:00.000Z"


def test_noon_is_local():
    assert clock.format_time(Zone("Asia/Kolkata").noon(day("2026-11-21"))) == "2026-11-21T06:30:00.000Z"


def test_the_far_ends_of_time_have_days():
    zone = Zone("Europe/London")

    assert zone.day_of(0) == 0
    assert clock.format_day(zone.day_of(ms("9999-12-31T23:59:59.999Z"))) == "9999-12-31"
    assert zone.hour_of(ms("9999-12-31T23:30:00Z"))[1] == 23


def test_a_name_that_is_no_zone_is_refused():
    for name in ("Europe/Atlantis", "../etc/passwd", ""):
        with pytest.raises(ValueError, match="no time zone"):
            Zone(name)


# ---- The clock file ----


@pytest.fixture
def clock_file(tmp_path):
    file = tmp_path / "clock"
    clock.set_clock_file(file)
    yield file
    clock.set_clock_file(None)


def test_a_clock_file_stops_the_clock(clock_file):
    clock_file.write_text("2026-11-21T10:15:00Z\n")

    assert clock.format_time(clock.now_ms()) == "2026-11-21T10:15:00.000Z"


def test_a_clock_file_shifts_the_clock(clock_file):
    clock_file.write_text("+3600")
    ahead = clock.now_ms()
    clock_file.write_text("-60")
    behind = clock.now_ms()

    assert HOUR - MINUTE < ahead - behind - MINUTE < HOUR + MINUTE


def test_a_clock_file_that_is_being_written_keeps_its_last_word(clock_file):
    clock_file.write_text("2026-11-21T10:15:00Z")
    before = clock.now_ms()
    clock_file.write_text("")

    assert clock.now_ms() == before


def test_the_present_is_utc_milliseconds():
    assert abs(clock.now_ms() - int(datetime.now(UTC).timestamp() * 1000)) < DAY
