"""Where an item stands that few or none have played: guessed from what it is, and from where its artist stands.

A ridge regression maps features to factors; the artist's other items say how far that is off. The guess gives way to
the item's own factors as it finds listeners.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from scipy.linalg import cho_factor, cho_solve

from backline_recommender.arrays import Csr, Float32, Float64, Int64, column_counts, row_of_entry
from backline_recommender.ials import Ials

RIDGE = 10.0
"""λ, for rows of unit length weighted by the root of their listeners; 3 to 10 is best on HetRec Last.fm-2k."""
MIN_ITEMS = 3
"""A tag on fewer items says nothing that carries over."""
FEATURES_MAX = 6_000
"""Of more, those on the most items; the map is solved from a matrix of this size."""
ARTIST_PRIOR = 3.0
"""So many (roots of) listeners weigh as much as the prior that an artist is where their tags say."""
LISTENERS_PRIOR = 1.0
"""With so many trusted listeners, an item stands half where its plays say and half where its content says."""


@dataclass(frozen=True)
class Content:
    """What items are, a row for each. Rows of `features` are of unit length, or of none where nothing is known."""

    features: Csr
    artists: Int64
    """Any number for each artist, below 0 where unknown."""


def tag_counts(tags: Sequence[Sequence[str]]) -> Csr:
    """items × tags, how often each item was given each tag"""
    places = {tag: place for place, tag in enumerate(dict.fromkeys(tag for given in tags for tag in given))}
    counted = [Counter(given) for given in tags]
    columns = [places[tag] for counts in counted for tag in counts]
    values = [count for counts in counted for count in counts.values()]
    pointers = np.cumsum([0, *(len(counts) for counts in counted)])
    matrix = sp.csr_array((np.array(values, dtype=np.float32), columns, pointers), shape=(len(tags), len(places)))
    matrix.sort_indices()
    return matrix


def unit_rows(matrix: Csr) -> Csr:
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1), dtype=np.float64).ravel())
    scaled = matrix.copy()
    scaled.data = (scaled.data / np.maximum(lengths, 1e-12)[row_of_entry(scaled)]).astype(np.float32)
    return scaled


def tag_features(counts: Csr) -> Csr:
    """items × tags that are on enough items: log1p of the counts by the tags' rarity, in rows of unit length"""
    on_items = column_counts(counts)
    order = np.argsort(-on_items, kind="stable")[:FEATURES_MAX]
    kept = np.sort(order[on_items[order] >= MIN_ITEMS])
    features = sp.csr_array(counts[:, kept])
    rarity = np.log(counts.shape[0] / on_items[kept])
    features.data = (np.log1p(features.data) * rarity[features.indices]).astype(np.float32)
    return unit_rows(features)


def joined_features(*parts: Csr) -> Csr:
    """The features of all parts side by side, each as heavy as the other."""
    return unit_rows(sp.csr_array(sp.hstack(parts, format="csr")))


def _mapped(factors: Float64, weights: Float64, features: Csr) -> Float64:
    """[items, d] The factors that a weighted ridge regression expects of each item's features."""
    weighted = features.copy()
    weighted.data = (weighted.data * weights[row_of_entry(weighted)]).astype(np.float32)
    gram = np.asarray((weighted.T @ features).toarray(), dtype=np.float64)
    gram[np.diag_indices_from(gram)] += RIDGE
    coefficients = cho_solve(cho_factor(gram, lower=True, overwrite_a=True), weighted.T @ factors)
    return np.asarray(features @ coefficients)


def _artist_offsets(residuals: Float64, weights: Float64, artists: Int64) -> Float64:
    """[items, d] How far the artist's items are from where their features say, shrunk to none."""
    known = artists >= 0
    names, places = np.unique(artists[known], return_inverse=True)
    member = sp.csr_array((weights[known], (places, np.flatnonzero(known))), shape=(len(names), len(artists)))
    totals = np.asarray(member.sum(axis=1), dtype=np.float64).ravel()
    offsets = np.zeros_like(residuals)
    sums = np.asarray(member @ residuals, dtype=np.float64)
    offsets[known] = (sums / (totals + ARTIST_PRIOR)[:, None])[places]
    return offsets


def prior_factors(factors: Float32, listeners: Float64, content: Content) -> Float64:
    """[items, d] Where each item is expected, by the features and artists of those that have listeners."""
    wide = factors.astype(np.float64)
    weights = np.sqrt(listeners)
    expected = np.zeros_like(wide) if content.features.nnz == 0 else _mapped(wide, weights, content.features)
    return expected + _artist_offsets(wide - expected, weights, content.artists)


def with_content(ials: Ials, listeners: Float64, content: Content) -> Ials:
    """The model with items placed between their plays and their content, by their trusted listeners [items]."""
    own = (listeners / (listeners + LISTENERS_PRIOR))[:, None]
    factors = own * ials.factors + (1 - own) * prior_factors(ials.factors, listeners, content)
    return replace(ials, factors=np.ascontiguousarray(factors, dtype=np.float32))
