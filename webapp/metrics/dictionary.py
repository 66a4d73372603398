"""docs/metrics.md, made from the definitions: python -m webapp.metrics.dictionary > docs/metrics.md"""

from webapp.metrics.definitions import DIMENSIONS, GRAINS, METRICS, OF_THE_MOMENT, Metric

_HEAD = """# The dictionary of figures

Each figure has one definition, and pages, JSON, reports and alerts ask for it in one place. This page is made from
`webapp/metrics/definitions.py` by `python -m webapp.metrics.dictionary > docs/metrics.md`; a test holds the two equal.
`GET /explore/metrics` says the same to programs, `GET /explore` answers questions, and `GET /analytics/reconciliation`
lays every breakdown beside its headline.

What holds for all of them:

- A sale counts on the business day on which it was placed, a return on its own day; neither changes the other.
- Amounts are as charged, tax included, in whole minor units. What is divided is rounded half away from zero to the
  minor unit (money) or half even to four decimals (ratios and numbers), once. Without a base a figure is unknown.
- A line keeps the name, category, brand, vendor, price tier, price and cost of its moment; changing the catalogue
  changes no past figure.
- A row of a category holds the lines of that very category; a filter by a category holds those below it, too, and one
  with `=` before it (`category==Drinks`, `region==GB`) that very one alone.
- Rows and rest sum to the totals over the dimensions to which a figure is additive.
- An open period is compared up to the same clock time of the corresponding day; its last bucket says `open`.
- Orders under several product filters, and hours by product, are counted from the lines of the period; all else comes
  from rollups, and an answer says which (`counted_from`).
- A figure's version says what it means; when the meaning changes, the number and the date from which it holds change, and
  what it meant before stays written here.

## Figures
"""
_UNITS = {"money": "money", "count": "a count", "number": "a number", "ratio": "a fraction"}
_GOOD = {1: "more is better", -1: "less is better", 0: "neither more nor less is better"}


def document() -> str:
    """The page as Markdown."""
    titles = {name: dimension.title for name, dimension in DIMENSIONS.items()}
    dimensions = "\n".join(f"- `{name}`: {title}" for name, title in titles.items())
    grains = ", ".join(f"`{grain}`" for grain in GRAINS)
    entries = "\n".join(_entry(metric) for metric in METRICS.values())
    moment = "\n".join(_entry(metric) for metric in OF_THE_MOMENT.values())
    entries = f"{entries}\n## Figures of the moment\n\n{moment}"
    return f"{_HEAD}\n{entries}\n## Dimensions\n\n{dimensions}\n\n## Grains\n\n{grains}. A week begins on Monday.\n"


def _entry(metric: Metric) -> str:
    over = "nothing: it is a quotient" if not metric.additive else ", ".join(metric.additive)
    return (
        f"### {metric.title} (`{metric.name}`)\n\n{metric.definition}\n\n"
        f"- Formula: `{metric.formula}`\n- Unit: {_UNITS[metric.unit]}; {_GOOD[metric.good]}\n"
        f"- Additive over: {over}\n- Version: {metric.version}, since {metric.since}\n"
        + "".join(
            f"- Version {one.version}, {one.since} to {one.until}: {one.definition} Formula: `{one.formula}`\n"
            for one in metric.earlier
        )
    )


if __name__ == "__main__":
    print(document(), end="")
