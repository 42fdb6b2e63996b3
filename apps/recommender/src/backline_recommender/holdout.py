"""The inner split that hyper-parameters are chosen on."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from backline_recommender.arrays import Csr, Int64, row_of_entry
from backline_recommender.interactions import Interactions, Scale

HELD_SHARE = 0.1
MIN_PLAYS = 3
"""Listeners with fewer pairs keep them all."""


@dataclass(frozen=True)
class Split:
    """`fit` has all listeners; `held` has the rows of `listeners` only, in that order."""

    fit: Interactions
    listeners: Int64
    held: Csr

    def histories(self, scale: Scale) -> Csr:
        """listeners × items, what is left of the history of those who are tested"""
        return self.fit.confidences(scale)[self.listeners]


def _held_places(strengths: Csr, chance: np.random.Generator) -> Int64:
    """A tenth of each row's entries, at least one, by chance; none of a row that is too short."""
    counts = np.diff(strengths.indptr)
    held_counts = np.where(counts >= MIN_PLAYS, np.maximum(1, (counts * HELD_SHARE).astype(np.int64)), 0)
    rows = row_of_entry(strengths)
    order = np.lexsort((chance.random(strengths.nnz), rows))
    place_in_row = np.arange(strengths.nnz) - np.repeat(strengths.indptr[:-1], counts)
    return np.sort(order[place_in_row < held_counts[rows]])


def split(source: Interactions, listeners_max: int, seed: int = 0) -> Split:
    """Holds out of every row, and tests at most `listeners_max` of the listeners."""
    chance = np.random.default_rng(seed)
    places = _held_places(source.strengths, chance)
    kept = np.setdiff1d(np.arange(source.pair_count), places, assume_unique=True)
    fit, held = source.at(kept), source.at(places)
    tested = np.flatnonzero(np.diff(held.strengths.indptr) > 0)
    if len(tested) > listeners_max:
        tested = np.sort(chance.choice(tested, listeners_max, replace=False))
    return Split(fit, tested, held.strengths[tested])


def sampled(source: Interactions, pairs_max: int, seed: int = 0) -> Interactions:
    """All of it, or the rows of some listeners taken by chance that come to at most `pairs_max` pairs."""
    if source.pair_count <= pairs_max:
        return source
    order = np.random.default_rng(seed).permutation(source.user_count)
    taken = np.cumsum(np.diff(source.strengths.indptr)[order]) <= pairs_max
    return source.of_users(np.sort(order[taken]))


def given_split(fit: Interactions, held: Csr) -> Split:
    """A split that a benchmark prescribes; `held` has all of its listeners, or empty rows for them."""
    listeners = np.flatnonzero(np.diff(held.indptr) > 0)
    return Split(fit, listeners, sp.csr_array(held[listeners]))
