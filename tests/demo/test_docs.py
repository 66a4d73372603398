"""docs/demo-shop.md says what webapp/demo/truths.py does."""

from pathlib import Path

from webapp.demo import plan, truths

TEXT = " ".join((Path(__file__).resolve().parents[2] / "docs" / "demo-shop.md").read_text("utf-8").split())


def test_the_numbers_of_the_page_are_those_of_the_program():
    said = [
        f"{len(plan.products())} products",
        *(f"| {amplitude:.2f} | {peak} |" for amplitude, peak in truths.SEASON.values()),
        f"cold drinks exp({truths.PER_DEGREE['cold']:.3f} x anomaly)",
        f"hot drinks exp({truths.PER_DEGREE['hot']:.3f} x anomaly)",
        f"({truths.WET_MM:.0f} mm of rain or more)",
        f"sells {truths.WET_FACTOR} of what",
        f"from offset {truths.OUTAGE.from_offset} up to, not including, {truths.OUTAGE.to_offset}",
        f"from offset {truths.LAUNCH.offset} on",
        f"lot `{truths.bad_lot()}`",
        f"`{truths.PAIR[0]}` and `{truths.PAIR[1]}`",
        f"in {truths.PAIR_SHARE:.0%} of".replace("%", " %"),
        f"On offset {truths.SURPLUS.offset} {truths.SURPLUS.units} ",
        f"`{truths.SURPLUS.sku}`",
        f"{truths.LOTS.bad_rate:.0%} of the units".replace("%", " %"),
        f"grows by {truths.GROWTH:.0%} a year".replace("%", " %"),
        *(f"{brand} {rate}" for brand, rate in truths.COMES_BACK.items()),
        f"any other {truths.COMES_BACK_ELSE}",
    ]

    assert not [words for words in said if words not in TEXT]


def test_every_price_step_stands_on_the_page():
    for change in truths.PRICE_CHANGES:
        steps = ", ".join(f"{offset}: {price / 100:.2f}" for offset, price in change.steps)

        assert f"| `{change.sku}` | {change.elasticity} | {steps} |" in TEXT


def test_every_weekday_and_place_stands_on_the_page():
    for place in plan.PLACES:
        assert ", ".join(f"{factor:.2f}" for factor in place.weekdays) in TEXT
        if place.location is not None:
            assert f"| {place.region} | {place.latitude:.4f}, {place.longitude:.4f} |" in TEXT
