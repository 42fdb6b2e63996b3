"""How two families rank together, for every share of the one in the blend."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backline_recommender.arrays import Bool, Csr, Float32, Float64, Int64, row_of_entry
from backline_recommender.metrics import NOTHING, Tally, top_items
from backline_recommender.ranking import Score, blocks

BEST_OF_EACH = 200
"""What is among the first of a blend is among so many of one family; others aren't looked at."""


def standardised(scores: Float32) -> Float32:
    """Each row to mean 0 and standard deviation 1; a row of equal scores to zeros."""
    deviation = scores.std(axis=1, keepdims=True)
    centred: Float32 = scores - scores.mean(axis=1, keepdims=True)
    centred /= np.where(deviation > 0, deviation, np.inf)
    return centred


@dataclass(frozen=True)
class Shortlist:
    """[listeners, candidates] Items, what both families give them, and which may not be listed."""

    items: Int64
    first: Float32
    second: Float32
    barred: Bool
    """The item stands there already, or the listener has played it."""

    def ranked(self, second_share: float, k: int) -> Int64:
        """[listeners, k]"""
        blended = (1 - second_share) * self.first + second_share * self.second
        places = top_items(np.where(self.barred, -np.inf, blended).astype(np.float32), k)
        listed = np.take_along_axis(self.items, np.maximum(places, 0), axis=1)
        return np.where(places == NOTHING, NOTHING, listed)


def _best(scores: Float32) -> Int64:
    kept = min(BEST_OF_EACH, scores.shape[1])
    return np.argpartition(scores, scores.shape[1] - kept, axis=1)[:, -kept:]


def shortlist(first: Float32, second: Float32, played: Csr) -> Shortlist:
    """The best of each family, by scores over all items [listeners, items]."""
    barred = np.zeros(first.shape, dtype=bool)
    barred[row_of_entry(played), played.indices] = True
    of_first = _best(np.where(barred, -np.inf, first))
    of_second = _best(np.where(barred, -np.inf, second))
    barred_first = np.take_along_axis(barred, of_first, axis=1)
    np.put_along_axis(barred, of_first, True, axis=1)
    barred_second = np.take_along_axis(barred, of_second, axis=1)
    items = np.concatenate([of_first, of_second], axis=1)
    return Shortlist(
        items,
        np.take_along_axis(first, items, axis=1),
        np.take_along_axis(second, items, axis=1),
        np.concatenate([barred_first, barred_second], axis=1),
    )


def blend_values(
    histories: Csr, held: Csr, firsts: Sequence[Score], second: Score, shares: Sequence[float], k: int
) -> Float64:
    """[firsts, shares] NDCG@k of each of the first family's models blended with the second's; rows are listeners."""
    listeners, items = held.shape
    tallies = [[Tally([k], items) for _ in shares] for _ in firsts]
    for block in blocks(listeners, 3 * items):
        played = histories[block]
        of_second = standardised(second(played))
        for score, of_model in zip(firsts, tallies, strict=True):
            both = shortlist(standardised(score(played)), of_second, played)
            for share, tally in zip(shares, of_model, strict=True):
                tally.add(both.ranked(share, k), held[block])
    return np.array([[tally.results()[f"ndcg@{k}"] for tally in of_model] for of_model in tallies])
