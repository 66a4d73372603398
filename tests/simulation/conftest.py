"""The simulation as tests use it."""

import pytest

from tests.simulation.running import Simulation


@pytest.fixture(scope="session")
def program():
    """The program, warm, of which every process of a simulated shop is a fork."""
    with Simulation() as simulation:
        yield simulation.app


@pytest.fixture
def simulation(program):
    """A simulation whose processes are forked from this test, with what it has changed in the program."""
    with Simulation(program) as own:
        yield own
