"""What the adviser does in the background: it refreshes advice, keeps set times, learns, and measures afterwards."""

from webapp.jobs import registry
from webapp.jobs.progress import Context
from webapp.recommendations import actions, actions_decide
from webapp.recommendations.jobs import effects, learning, refresh, times
from webapp.recommendations.jobs.answering import Answered, answer, facts_of_suggestion, first_advice, how_it_stands

__all__ = ["Answered", "answer", "facts_of_suggestion", "how_it_stands"]

LEARN, MEASURE, TIMES = actions.LEARN, actions.MEASURE, actions_decide.TIMES


@registry.job(actions.REFRESH)
def _refresh(context: Context) -> None:
    refresh.refresh(context)


@registry.job(TIMES)
def _keep_times(context: Context) -> None:
    times.keep_times(context)


@registry.job(LEARN)
def _learn(context: Context) -> None:
    learning.learn(context)
    first_advice()


@registry.job(MEASURE)
def _measure(context: Context) -> None:
    effects.measure(context)
