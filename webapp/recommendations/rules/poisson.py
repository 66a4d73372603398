"""Poisson regression with what is common to all blocks (the effects) apart from what is each block's own (its levels)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Holds levels of empty stretches in place; a prior of standard deviation 10 on the log scale.
RIDGE = 0.01
ROUNDS, ENOUGH = 60, 1e-8

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Block:
    """One place. own: columns with coefficients of the block's own. shared: columns whose effects all blocks share.

    units: what was sold. day: for the clusters of a week. offset: known part of the log mean, or None.
    """

    own: Floats
    shared: Floats
    units: Floats
    day: NDArray[np.int64]
    offset: Floats | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """values and errors of the shared effects; an error is infinite where nothing carries the effect. levels: for each
    block the log mean without the shared effects."""

    values: Floats
    errors: Floats
    levels: list[Floats]


def fit(blocks: Sequence[Block]) -> Fit:
    """Fit by Newton steps; each block's own coefficients are eliminated (Schur complement), so many places stay cheap.

    Errors are robust to any variance and to what days of one week have in common, over all blocks.
    Source: Wooldridge, Distribution-free estimation of some nonlinear panel data models, 1999; Cameron and Miller 2015.
    """
    effects = np.zeros(blocks[0].shared.shape[1])
    offsets = [_start(block) for block in blocks]
    own = [np.zeros(block.own.shape[1]) for block in blocks]
    for _ in range(ROUNDS):
        parts = [_part(*each, effects) for each in zip(blocks, offsets, own, strict=True)]
        step = np.linalg.pinv(sum(part.left for part in parts)) @ sum(part.pull for part in parts)
        scale = min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        effects = effects + scale * step
        moved = float(np.abs(step).max())
        for number, part in enumerate(parts):
            change = part.alone - part.mixed @ (scale * step)
            change *= min(1.0, 3.0 / max(float(np.abs(change).max()), 1e-12))
            own[number] = own[number] + change
            moved = max(moved, float(np.abs(change).max()))
        if moved < ENOUGH:
            break
    parts = [_part(*each, effects) for each in zip(blocks, offsets, own, strict=True)]
    levels = [each + block.own @ mine for block, each, mine in zip(blocks, offsets, own, strict=True)]
    return Fit(effects, _errors(blocks, parts), levels)


@dataclass(frozen=True, slots=True)
class _Part:
    # Of one block at the present coefficients: the shared columns with the own ones swept out, what they pull at, the own
    # coefficients' step without and per unit of the effects' step, and the shared columns' weight.
    swept: Floats
    rest: Floats
    left: Floats
    pull: Floats
    alone: Floats
    mixed: Floats


def _start(block: Block) -> Floats:
    offset = np.zeros(len(block.units)) if block.offset is None else block.offset
    return offset + np.log(max(float(block.units.sum()), 0.5) / max(float(np.exp(offset).sum()), 1e-12))


def _part(block: Block, offset: Floats, own: Floats, effects: Floats) -> _Part:
    mean = np.exp(np.clip(offset + block.own @ own + block.shared @ effects, -30, 30))
    weighted = block.own * mean[:, None]
    inner = weighted.T @ block.own + RIDGE * np.eye(block.own.shape[1])
    rest = block.units - mean
    solved = np.linalg.solve(inner, np.column_stack([weighted.T @ block.shared, block.own.T @ rest - RIDGE * own]))
    mixed, alone = np.asarray(solved[:, :-1], float), np.asarray(solved[:, -1], float)
    swept = block.shared - block.own @ mixed
    left = (swept * mean[:, None]).T @ swept
    return _Part(swept, rest, left, swept.T @ rest, alone, mixed)


def _errors(blocks: Sequence[Block], parts: Sequence[_Part]) -> Floats:
    left = np.sum([part.left for part in parts], axis=0)
    weeks, number = np.unique(np.concatenate([block.day // 7 for block in blocks]), return_inverse=True)
    sums = np.zeros((len(weeks), len(left)))
    np.add.at(sums, number, np.vstack([part.swept * part.rest[:, None] for part in parts]))
    inverse = np.linalg.pinv(left)
    lost = len(left) + max(block.own.shape[1] for block in blocks) / 4
    small = len(weeks) / max(len(weeks) - lost, 1.0)
    variance = small * np.diag(inverse @ (sums.T @ sums) @ inverse)
    return np.where(np.diag(left) > 1e-6, np.sqrt(np.maximum(variance, 1e-18)), np.inf)
