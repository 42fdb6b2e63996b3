"""Full ranking, never against sampled items. Recall is divided by the number of test items; NDCG is binary."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from backline_recommender.arrays import Csr, Float32, Float64, Int64, row_of_entry

NOTHING = -1
"""Stands in a list that is shorter than k."""
CONCENTRATION_AT = 10
"""The length of list that coverage and Gini are of."""


def top_items(scores: Float32, k: int) -> Int64:
    """
    [listeners, min(k, items)] The best items of each row, best first, ties by the lower item; NOTHING past the last.

    An item with a score of −∞ is never among them.
    """
    listeners, items = scores.shape
    k = min(k, items)
    lists = np.full((listeners, k), NOTHING, dtype=np.int64)
    if k == 0:
        return lists
    least = np.partition(scores, items - k, axis=1)[:, items - k]
    for row, of_row in enumerate(scores):
        able = np.flatnonzero((of_row >= least[row]) & (of_row > -np.inf))
        best = able[np.argsort(-of_row[able], kind="stable")[:k]]
        lists[row, : len(best)] = best
    return lists


def hits_of(lists: Int64, test: Csr) -> Float64:
    """[listeners, k] 1 where the item of the list is among the listener's test items."""
    items = int(test.shape[1])
    keys = row_of_entry(test) * items + test.indices
    asked = np.arange(len(lists))[:, None] * items + lists
    return np.asarray(np.isin(asked, keys) & (lists != NOTHING), dtype=np.float64)


def discounts(k: int) -> Float64:
    return np.asarray(1.0 / np.log2(np.arange(2, k + 2)))


def recall_at(hits: Float64, test_counts: Int64, k: int) -> Float64:
    """[listeners]"""
    return np.asarray(hits[:, :k].sum(axis=1) / test_counts)


def ndcg_at(hits: Float64, test_counts: Int64, k: int) -> Float64:
    """[listeners] The ideal list has min(k, test items) hits, all at its head."""
    ideal = np.cumsum(discounts(k))[np.minimum(test_counts, k) - 1]
    return np.asarray(hits[:, :k] @ discounts(k)[: hits[:, :k].shape[1]] / ideal)


def gini(counts: Float64) -> float:
    """0: every item is shown as often; towards 1: all that is shown is one item."""
    total = counts.sum()
    if total == 0:
        return 0.0
    places = np.arange(1, len(counts) + 1)
    return float((2 * places - len(counts) - 1) @ np.sort(counts) / (len(counts) * total))


@dataclass
class Tally:
    """Sums over listeners, block by block. Listeners without test items are passed over."""

    cutoffs: Sequence[int]
    items: int
    users: int = 0
    sums: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._shown = np.zeros(self.items)

    def add(self, lists: Int64, test: Csr) -> None:
        """`lists` is [listeners, longest cutoff], `test` listeners × items."""
        counts = np.diff(test.indptr)
        tested = np.flatnonzero(counts > 0)
        lists, counts = lists[tested], counts[tested]
        hits = hits_of(lists, test[tested])
        self.users += len(tested)
        for k in self.cutoffs:
            self._sum(f"recall@{k}", recall_at(hits, counts, k))
            self._sum(f"ndcg@{k}", ndcg_at(hits, counts, k))
            self._sum(f"precision@{k}", np.asarray(hits[:, :k].sum(axis=1) / k))
            self._sum(f"hit@{k}", np.asarray(hits[:, :k].max(axis=1, initial=0.0)))
        head = lists[:, :CONCENTRATION_AT]
        self._shown += np.bincount(head[head != NOTHING], minlength=self.items)

    def _sum(self, name: str, values: Float64) -> None:
        self.sums[name] = self.sums.get(name, 0.0) + float(values.sum())

    def results(self) -> dict[str, float]:
        """Means over listeners; coverage and Gini are over all items."""
        means = {name: total / max(1, self.users) for name, total in self.sums.items()}
        shown = np.count_nonzero(self._shown) / max(1, self.items)
        return means | {f"coverage@{CONCENTRATION_AT}": shown, f"gini@{CONCENTRATION_AT}": gini(self._shown)}
