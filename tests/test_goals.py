"""The table of goals: each has its program, and a figure is judged by its bars."""

import importlib.util

import pytest

from bench.goals import GOALS, PROGRAMS, Goal

FEWER = Goal(2, "the less the better", "orders", ("ratios", "cpu"), 1 / 5, 1 / 12)
MORE = Goal(1, "the more the better", "orders", ("ratios", "rate"), 0.75, 1.2, at_most=False)


def test_there_are_sixteen_goals_and_each_has_a_program_that_is_there():
    assert {goal.number for goal in GOALS} == set(range(1, 17))
    assert {goal.program for goal in GOALS} == set(PROGRAMS)
    assert all(importlib.util.find_spec(program.module) for program in PROGRAMS.values())


@pytest.mark.parametrize(
    ("goal", "measured", "verdict"),
    [
        (FEWER, 0.21, "missed"), (FEWER, 0.2, "floor"), (FEWER, 0.08, "moonshot"),
        (MORE, 0.74, "missed"), (MORE, 0.75, "floor"), (MORE, 1.3, "moonshot"),
    ],
)  # fmt: skip
def test_a_figure_is_judged_by_its_bars(goal, measured, verdict):
    assert goal.verdict({"ratios": {goal.path[1]: measured}}) == verdict


@pytest.mark.parametrize(
    ("rate", "cpu", "verdict"),
    [
        (0.66, 1.30, "floor, by CPU"), (0.66, 1.40, "missed"), (0.55, 1.00, "missed"), (0.76, 2.00, "floor"), (0.66, None, "missed"),
    ],
)  # fmt: skip
def test_cpu_decides_where_a_rate_is_missed_by_no_more_than_it_strays(rate, cpu, verdict):
    goal = MORE._replace(cpu=("ratios", "cpu"))

    assert goal.verdict({"ratios": {"rate": rate, "cpu": cpu}}) == verdict


def test_what_was_left_out_is_not_measured_rather_than_reached():
    assert FEWER.verdict({}) == FEWER.verdict({"left_out": "there is no C compiler"}) == "not measured"


def test_no_loss_in_a_few_kills_is_the_floor_and_in_a_hundred_the_moonshot():
    (lost, _) = [goal for goal in GOALS if goal.number == 13]

    assert lost.verdict({"rounds": 4, "ratios": {"lost": 0}}) == "floor"
    assert lost.verdict({"rounds": 100, "ratios": {"lost": 0}}) == "moonshot"
    assert lost.verdict({"rounds": 100, "ratios": {"lost": 1}}) == "missed"
