"""webapp/demo/history.py: the same days from the same seed, and goods that add up."""

from collections import Counter

from tests.demo.conftest import NOW_MS, Drafts
from webapp.clock import Zone
from webapp.demo import plan, truths
from webapp.demo.demand import wishes
from webapp.demo.history import History, first_day_of
from webapp.demo.stockroom import location_of
from webapp.products import rules as product_rules

ZONE = Zone("Europe/London")
FIRST_DAY = first_day_of(NOW_MS, ZONE)


def told(seed, last_ms, days=None):
    opening_ms, _ = ZONE.bounds(FIRST_DAY)
    found = []
    for day in History(seed, FIRST_DAY, ZONE).days(opening_ms - 1, last_ms, opening=True):
        found.append(
            (
                [
                    (s.placed_ms, s.place.code, s.customer, [(n.product, n.quantity) for n in s.lines])
                    for s in day.sales
                ],
                [(d.location, d.product, d.change) for d in day.deliveries],
                [(r.returned_ms, r.line, r.quantity, r.reason) for r in day.returns],
            )
        )
    return found


def test_the_same_seed_and_moment_make_the_same_shop():
    last_ms = ZONE.noon(FIRST_DAY + 40)

    assert told(1, last_ms) == told(1, last_ms)
    assert told(1, last_ms) != told(2, last_ms)


def test_a_later_moment_only_adds():
    short, long = told(1, ZONE.noon(FIRST_DAY + 20)), told(1, ZONE.noon(FIRST_DAY + 30))

    assert long[:20] == short[:20]
    assert long[20][0][: len(short[20][0])] == short[20][0]


def test_today_goes_up_to_this_minute(drafts):
    last = max(sale.placed_ms for sale in drafts.sales)

    assert NOW_MS - 3_600_000 < last <= NOW_MS
    assert max(back.returned_ms for back in drafts.returns) <= NOW_MS


def test_what_lies_there_is_what_came_less_what_went(drafts):
    came, went, back = Counter(), Counter(), Counter()
    for day in drafts.days:
        for each in day.deliveries:
            came[each.location, each.product] += each.change
        for sale in day.sales:
            for line in sale.lines:
                went[location_of(sale.place), line.product] += line.quantity
        for each in day.returns:
            if each.restock:
                back[location_of(each.sale.place), each.sale.lines[each.line].product] += each.quantity
    for location, levels in drafts.history.stockroom.levels.items():
        for number, product in enumerate(plan.products()):
            if product.tracked:
                key = location, number
                assert levels[number] == came[key] - went[key] + back[key], (location, product.sku)


def test_what_may_not_be_oversold_never_is(drafts):
    levels = Counter()
    for day in drafts.days:
        for each in day.deliveries:
            levels[each.location, each.product] += each.change
        for sale in day.sales:
            for line in sale.lines:
                product, key = plan.products()[line.product], (location_of(sale.place), line.product)
                levels[key] -= line.quantity
                assert not product.tracked or product.oversell or levels[key] >= 0, (product.sku, day.day)
        for each in day.returns:
            if each.restock:
                levels[location_of(each.sale.place), each.sale.lines[each.line].product] += each.quantity


def test_every_return_is_of_a_line_sold_before_and_never_more_than_it(drafts):
    back = Counter()
    for each in drafts.returns:
        assert each.returned_ms > each.sale.placed_ms
        back[id(each.sale), each.line] += each.quantity
        assert back[id(each.sale), each.line] <= each.sale.lines[each.line].quantity


def test_days_of_23_and_25_hours_have_sales_at_their_own_hours():
    for day in (20_541, 20_751):  # 29 March and 25 October 2026
        for sale in wishes(1, day, FIRST_DAY, ZONE):
            assert ZONE.day_of(sale.placed_ms) == day
            assert ZONE.hour_of(sale.placed_ms) == (sale.hour_ms, sale.hour)


def test_customers_are_numbers_and_nothing_else(drafts):
    assert {type(sale.customer) for sale in drafts.sales} == {int, type(None)}
    assert drafts.history.regulars.last_number >= max(sale.customer or 0 for sale in drafts.sales)


def test_every_gtin_has_13_digits_the_right_last_one_and_one_product():
    codes = [product.gtin for product in plan.products()]

    assert len(set(codes)) == len(codes)
    assert all(len(code) == 13 and int(code[-1]) == product_rules.check_digit(code[:-1]) for code in codes)


def test_the_catalogue_has_the_iced_tea_of_the_documents():
    tea = plan.products()[16]

    assert (tea.sku, tea.name, tea.price) == ("TEA-ICED-330", "Iced tea 330 ml", 240)
    assert len({product.brand for product in plan.products()}) == 8
    assert {product.tier for product in plan.products()} == {"value", "core", "premium"}


def test_another_seed_changes_the_dice_but_not_the_truth(drafts):
    other = Drafts(seed=7)

    assert abs(len(other.sales) / len(drafts.sales) - 1) < 0.02
    assert truths.bad_lot() == "KC-16"
