"""What an estimate is: a value with its interval and its footing, or the reason why there is none."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

# Half widths of two-sided intervals of a normal law, in standard errors.
Z80, Z95, Z99 = 1.2816, 1.9600, 2.5758


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure learned from sales. low and high are the ends of its interval (80 % unless a function says otherwise).

    n: observations it stands on. prices: distinct prices among them (elasticity alone). error: standard error.
    Where nothing can be said, value, low, high and error are None and `reason` is a word that the function documents.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    prices: int = 0
    error: float | None = None
    reason: str | None = None

    @property
    def known(self) -> bool:
        """True where there is a value."""
        return self.value is not None

    @property
    def excludes_zero(self) -> bool:
        """True where the whole interval lies on one side of zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True, slots=True)
class Pool:
    """What is believed of a category before one product is looked at: a normal law. n: estimates it was made from."""

    mean: float
    spread: float
    n: int = 0


def none(reason: str, n: int, prices: int = 0) -> Estimate:
    """No estimate, and why."""
    return Estimate(None, None, None, n, prices, None, reason)


def made(value: float, error: float, n: int, prices: int = 0, z: float = Z80) -> Estimate:
    """An estimate with the interval value +- z standard errors."""
    return Estimate(value, value - z * error, value + z * error, n, prices, error)


def shrunk(estimate: Estimate, pool: Pool, z: float = Z80) -> Estimate:
    """The estimate drawn toward its pool as far as its own error asks for (normal-normal, both known).

    Source: Gelman et al., Bayesian Data Analysis, 3rd ed., section 2.5.
    """
    if estimate.value is None or estimate.error is None:
        return estimate
    own, pooled = 1 / max(estimate.error, 1e-9) ** 2, 1 / max(pool.spread, 1e-9) ** 2
    value = (own * estimate.value + pooled * pool.mean) / (own + pooled)
    return made(value, math.sqrt(1 / (own + pooled)), estimate.n, estimate.prices, z)


def pooled(estimates: Sequence[Estimate], floor: float) -> Pool | None:
    """Mean and spread between the true values of some estimates; None of fewer than three. floor: the least spread.

    The spread holds besides how uncertain the mean itself is.

    Source: DerSimonian and Laird, Meta-analysis in clinical trials, 1986 (moments).
    """
    known = [(each.value, each.error) for each in estimates if each.value is not None and each.error]
    if len(known) < 3:
        return None
    weights = [1 / error**2 for _, error in known]
    total = sum(weights)
    mean = sum(weight * value for weight, (value, _) in zip(weights, known, strict=True)) / total
    scatter = sum(weight * (value - mean) ** 2 for weight, (value, _) in zip(weights, known, strict=True))
    between = max(0.0, (scatter - len(known) + 1) / max(total - sum(w * w for w in weights) / total, 1e-12))
    weights = [1 / (error**2 + between) for _, error in known]
    mean = sum(weight * value for weight, (value, _) in zip(weights, known, strict=True)) / sum(weights)
    return Pool(mean, math.sqrt(max(floor**2, between) + 1 / sum(weights)), len(known))
