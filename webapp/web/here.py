"""What is asked for right now, without the framework's proxies: each look through one costs a microsecond."""

from typing import Any

from flask.globals import _cv_request


def environ() -> dict[str, Any]:
    """The WSGI environment of the request that is being answered. Raises LookupError where there is none."""
    return _cv_request.get().request.environ
