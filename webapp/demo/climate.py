"""The made-up weather of the three stores: a pure function of store and day, the same in every sample shop."""

import math
from dataclasses import dataclass
from functools import lru_cache

# Mean of the year and half the swing between winter and summer, in degrees Celsius; coldest on 20 January.
NORMALS = {"quayside": (11.2, 6.2), "old-town": (8.9, 5.7), "station": (9.9, 6.6)}
COLDEST = 20
# Spread of a day around its season in degrees, how much of it is the whole country's, and how long it lingers.
SPREAD, SHARED, LINGERS = 3.2, 0.8, 0.75
WET_CHANCE, WET_MEAN_MM = 0.42, 5.5

_MASK = (1 << 64) - 1
_STATIONS = {"country": 11, "quayside": 12, "old-town": 13, "station": 14}


@dataclass(frozen=True, slots=True)
class DayWeather:
    """One day at one store. Degrees Celsius and millimetres; condition is one of clear, clouds, rain, snow."""

    day: int
    mean_c: float
    low_c: float
    high_c: float
    rain_mm: float
    condition: str


def mix(*numbers: int) -> int:
    """64 well-mixed bits of some numbers (splitmix64, Steele, Lea and Flood 2014)."""
    state = 0
    for number in numbers:
        state = (state ^ (number & _MASK)) + 0x9E3779B97F4A7C15 & _MASK
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB & _MASK
        state ^= state >> 31
    return state


def uniform(*numbers: int) -> float:
    """A number in [0, 1) that depends on nothing but its arguments."""
    return (mix(*numbers) >> 11) / (1 << 53)


def _normal(*numbers: int) -> float:
    # Box and Muller's transform of two of them.
    radius = math.sqrt(-2 * math.log(1 - uniform(*numbers, 1)))
    return radius * math.cos(2 * math.pi * uniform(*numbers, 2))


@lru_cache(maxsize=8192)
def _wave(station: str, day: int) -> float:
    # Standard normal, with yesterday's weather lingering in today's.
    number = _STATIONS[station]
    scale = math.sqrt(1 - LINGERS**2)
    return scale * sum(LINGERS**back * _normal(number, day - back) for back in range(12))


@lru_cache(maxsize=8192)
def anomaly(store: str, day: int) -> float:
    """Degrees by which the day's mean is above the normal of its season at this store."""
    own = math.sqrt(1 - SHARED**2)
    return SPREAD * (SHARED * _wave("country", day) + own * _wave(store, day))


def normal(store: str, day: int) -> float:
    """The mean temperature of this time of the year, in degrees Celsius."""
    mean, swing = NORMALS[store]
    # 1970-01-01 is day 0; a year of 365.25 days is exact enough for a season.
    return mean - swing * math.cos(2 * math.pi * (day % 365.25 - COLDEST) / 365.25)


@lru_cache(maxsize=8192)
def rain(store: str, day: int) -> float:
    """Millimetres of rain on the day."""
    wet = 0.7 * uniform(21, day) + 0.3 * uniform(22, _STATIONS[store], day)
    if wet >= WET_CHANCE:
        return 0.0
    return round(-WET_MEAN_MM * math.log(1 - uniform(23, _STATIONS[store], day)), 1)


def weather(store: str, day: int) -> DayWeather:
    """The weather of a day (days since 1970-01-01) at one of the three stores. Raises KeyError for another place."""
    mean = normal(store, day) + anomaly(store, day)
    swing = 2.5 + 3.5 * uniform(24, _STATIONS[store], day)
    wet = rain(store, day)
    dull = uniform(25, day) < 0.5
    condition = ("snow" if mean < 0.5 else "rain") if wet >= 0.5 else "clouds" if dull else "clear"
    return DayWeather(day, round(mean, 1), round(mean - swing, 1), round(mean + swing, 1), wet, condition)
