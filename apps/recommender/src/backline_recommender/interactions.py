"""Who played what, how much, and how far it is believed: the one input of every model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.sparse as sp

from backline_recommender.arrays import Csr, Float32, Float64, Int64, row_of_entry, row_sums

Scale = Literal["lognorm", "binary"]
"""How strengths become confidences: `lognorm` is log1p over the row's mean of it, `binary` is 1 for any play."""


@dataclass(frozen=True)
class Interactions:
    """`strengths` is users × items, its entries above 0; `trusts` has one number of 0..1 for each entry."""

    strengths: Csr
    trusts: Float32

    @property
    def user_count(self) -> int:
        return int(self.strengths.shape[0])

    @property
    def item_count(self) -> int:
        return int(self.strengths.shape[1])

    @property
    def pair_count(self) -> int:
        return int(self.strengths.nnz)

    def listeners(self) -> Float64:
        """[items] Trusted listeners of each item."""
        counts = np.bincount(self.strengths.indices, self.trusts, minlength=self.item_count)
        return counts.astype(np.float64)

    def confidences(self, scale: Scale) -> Csr:
        """users × items: what a model is to believe of each pair; entries of no trust are left out."""
        scaled = SCALES[scale](self.strengths)
        scaled.data *= self.trusts
        scaled.eliminate_zeros()
        return scaled

    def of_users(self, users: Int64) -> "Interactions":
        """The rows of these users, in their order."""
        counts = np.diff(self.strengths.indptr)[users]
        starts = self.strengths.indptr[users]
        entries = np.repeat(starts - np.r_[0, np.cumsum(counts)[:-1]], counts) + np.arange(counts.sum())
        return Interactions(self.strengths[users], self.trusts[entries])

    def at(self, places: Int64) -> "Interactions":
        """The same users and items with the entries at these places only, which ascend."""
        matrix = sp.csr_array(
            (self.strengths.data[places], (row_of_entry(self.strengths)[places], self.strengths.indices[places])),
            shape=self.strengths.shape,
        )
        return Interactions(matrix, self.trusts[places])


def interactions(
    users: Int64, items: Int64, strengths: Float32, trusts: Float32, shape: tuple[int, int]
) -> Interactions:
    """
    From pairs in any order. Strengths of a pair that comes twice are added, its trust is the mean weighted by them.

    Raises ValueError if a strength is negative or not a number, or a trust is not within 0..1.
    """
    if not (np.isfinite(strengths).all() and (strengths >= 0).all()):
        raise ValueError("a strength is a number of at least 0")
    if not ((trusts >= 0) & (trusts <= 1)).all():
        raise ValueError("a trust is a number from 0 to 1")
    counted = (strengths > 0) & (trusts > 0)
    users, items, strengths, trusts = users[counted], items[counted], strengths[counted], trusts[counted]
    summed = sp.coo_array((strengths.astype(np.float64), (users, items)), shape=shape).tocsr()
    believed = sp.coo_array((strengths.astype(np.float64) * trusts, (users, items)), shape=shape).tocsr()
    for matrix in (summed, believed):
        matrix.sum_duplicates()
        matrix.sort_indices()
    mean_trusts = (believed.data / summed.data).astype(np.float32)
    return Interactions(summed.astype(np.float32), mean_trusts)


def decayed(strengths: Float32, ages_days: Float64, half_life_days: float) -> Float32:
    """Each strength halved for every half-life that passed since; an age below 0 counts as 0."""
    return (strengths * 0.5 ** (np.maximum(ages_days, 0.0) / half_life_days)).astype(np.float32)


def lognorm(strengths: Csr) -> Csr:
    """log1p of each entry, divided by the mean of its row: every listener's mass is how many items they know."""
    scaled = strengths.astype(np.float32)
    scaled.data = np.log1p(scaled.data)
    counts = np.maximum(np.diff(scaled.indptr), 1)
    means = np.maximum(row_sums(scaled) / counts, 1e-12)
    scaled.data = (scaled.data / means[row_of_entry(scaled)]).astype(np.float32)
    return scaled


def binary(strengths: Csr) -> Csr:
    ones = strengths.astype(np.float32)
    ones.data = np.ones_like(ones.data)
    return ones


SCALES: dict[Scale, Callable[[Csr], Csr]] = {"lognorm": lognorm, "binary": binary}


def history_row(rows: Int64, strengths: Float32, scale: Scale, item_count: int) -> Csr:
    """1 × items: the confidences of one listener's plays, which may name an item more than once."""
    row = interactions(np.zeros_like(rows), rows, strengths, np.ones_like(strengths), (1, item_count))
    return row.confidences(scale)
