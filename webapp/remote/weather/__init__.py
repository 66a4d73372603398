"""Weather services: which one the settings name, and what every one of them answers."""

from functools import lru_cache

from webapp.config import Settings
from webapp.remote.weather.found import Day, Found, Nonsense, Now, Place, Provider
from webapp.remote.weather.openmeteo import OpenMeteo
from webapp.remote.weather.openweather import OpenWeather

__all__ = ["Day", "Found", "Nonsense", "Now", "Place", "Provider", "provider"]


def provider(settings: Settings) -> Provider | None:
    """The service that the settings name, the same one each time, so that its breaker remembers; None for none.

    A key that was given as OPENWEATHER_API_KEY is no key of another service. OpenWeather without a key is asked all the
    same: that it refuses is then said on the page.
    """
    key = settings.weather_key
    if settings.weather == "open-meteo" and "OPENWEATHER_API_KEY" in settings.origins["weather_key"]:
        key = None
    return _provider(settings.weather, key, settings.weather_url)


@lru_cache(maxsize=8)
def _provider(name: str, key: str | None, base: str | None) -> Provider | None:
    if name == "openweather":
        return OpenWeather(key or "", base)
    return OpenMeteo(key, base) if name == "open-meteo" else None
