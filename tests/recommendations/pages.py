"""Short ways to the pages of advice: kept advice that is fresh, a page as text, a plain form."""

from tests.recommendations.making import keep
from webapp import clock
from webapp.db import reading
from webapp.recommendations.jobs import places

FORM = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def advise(*drafts, **more):
    """Fresh advice of these drafts."""
    with reading.reading() as tx:
        grounds = places.grounds(tx, clock.now_ms())
    return keep(*drafts, grounds=grounds, **more)


def page(client, address, status=200):
    """The HTML of a page."""
    answer = client.get(address, headers=FORM)
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return answer.get_data(as_text=True)


def send(client, address, **typed):
    """What a plain form is answered."""
    return client.post(address, data=typed, headers=FORM, content_type="application/x-www-form-urlencoded")
