"""Ranks every item that a listener hasn't played, a block of listeners at a time."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from backline_recommender.arrays import Csr, Float32, row_of_entry
from backline_recommender.metrics import CONCENTRATION_AT, Tally, top_items

BLOCK_SCORES = 32_000_000
"""Scores that are held at once."""

Score = Callable[[Csr], Float32]
"""Histories (listeners × items) to scores [listeners, items]."""


def blocks(listeners: int, items: int) -> Iterator[slice]:
    length = max(1, BLOCK_SCORES // max(1, items))
    for start in range(0, listeners, length):
        yield slice(start, min(listeners, start + length))


def without_played(scores: Float32, histories: Csr) -> Float32:
    """The same array, −∞ where the listener has played the item."""
    scores[row_of_entry(histories), histories.indices] = -np.inf
    return scores


def measured(score: Score, histories: Csr, test: Csr, cutoffs: Sequence[int]) -> dict[str, float]:
    """The metrics of ranking all unplayed items for the listeners of `test`, whose rows are those of `histories`."""
    tally = Tally(cutoffs, int(test.shape[1]))
    longest = max(CONCENTRATION_AT, *cutoffs)
    for block in blocks(int(test.shape[0]), int(test.shape[1])):
        played = histories[block]
        tally.add(top_items(without_played(score(played), played), longest), test[block])
    return tally.results()
