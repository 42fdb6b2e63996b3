"""The tracks with the largest inner product with a listener, found without looking at all of them (HNSW).

usearch compares directions. Each track gets one more dimension that brings all to the same length, and a listener
has 0 there: then the nearest direction is the largest inner product (Bachrach et al., RecSys 2014).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from usearch.index import Index

from backline_recommender.artefacts import ArtefactError

FILE = "tracks.usearch"
INDEXED_ABOVE = 50_000
"""Up to so many tracks a look at all of them is as fast, and misses none."""
CONNECTIVITY = 32
EXPANSION_WHEN_ADDED = 128
EXPANSION_WHEN_SEARCHED = 800
"""Recall among the best 200 is above .97 on factors whose spectrum falls as that of trained ones does."""

Int64 = NDArray[np.int64]
Float32 = NDArray[np.float32]


def _empty(dimensions: int) -> Index:
    return Index(
        ndim=dimensions + 1,
        metric="cos",
        dtype="f16",
        connectivity=CONNECTIVITY,
        expansion_add=EXPANSION_WHEN_ADDED,
        expansion_search=EXPANSION_WHEN_SEARCHED,
        enable_key_lookups=False,
    )


def _lengthened(factors: Float32) -> Float32:
    squares = np.einsum("td,td->t", factors, factors)
    missing = np.sqrt(np.maximum(squares.max(initial=0.0) - squares, 0.0))
    return np.concatenate([factors, missing[:, None]], axis=1)


def index_bytes(factors: Float32, threads: int) -> bytes:
    """[tracks, d] A track of zeros is not in the index."""
    index = _empty(factors.shape[1])
    known = np.flatnonzero(factors.any(axis=1))
    index.add(known, _lengthened(factors[known]), threads=threads, copy=True)
    raw = index.save()
    if raw is None:
        raise TypeError("usearch saved to nowhere")
    return raw


@dataclass(frozen=True)
class TrackIndex:
    """Safe to ask from several threads."""

    tracks: int
    dimensions: int
    _index: Index
    _raw: bytes
    """What the index looks at, kept from being freed."""

    @staticmethod
    def of(raw: bytes, tracks: int, dimensions: int) -> "TrackIndex":
        """Raises ArtefactError."""
        index = _empty(dimensions)
        try:
            index.view(raw)
        except (RuntimeError, ValueError) as cause:
            raise ArtefactError(f"{FILE} can't be read: {cause}") from cause
        if index.ndim != dimensions + 1 or len(index) > tracks:
            raise ArtefactError(f"{FILE} is of other tracks")
        return TrackIndex(tracks, dimensions, index, raw)

    def nearest(self, listener: Float32, count: int) -> Int64:
        """Rows of the tracks with the largest inner product, best first; nearly always all of them."""
        found = self._index.search(np.append(listener, np.float32(0.0)), count, threads=1)
        return np.asarray(found.keys, dtype=np.int64)
