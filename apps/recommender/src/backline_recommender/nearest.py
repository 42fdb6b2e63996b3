"""The neighbours of every track, as the ranker has them: what one play of a track says of others."""

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp

from backline_recommender.arrays import Csr, Float32, Int64
from backline_recommender.artefacts import Array
from backline_recommender.history import History
from backline_recommender.index import TrackIndex
from backline_recommender.listener import Listeners
from backline_recommender.model import Tracks
from backline_recommender.ranker import Ranker
from backline_recommender.ranking import blocks

NEIGHBOURS = 100


def _one_play_each(rows: slice, count: int) -> Csr:
    plays = np.arange(rows.start, rows.stop)
    ones = np.ones(len(plays), np.float32)
    return sp.csr_array((ones, plays, np.arange(len(plays) + 1)), shape=(len(plays), count))


def _nearest_of_all(ranker: Ranker) -> Iterator[tuple[Int64, Float32]]:
    """For each track, others and their scores, best first."""
    count = ranker.item_count
    for block in blocks(count, count):
        z = ranker.scores_of_many(_one_play_each(block, count))
        z[np.arange(len(z)), np.arange(block.start, block.stop)] = -np.inf
        nearest = np.argsort(-z, axis=1, kind="stable")[:, :NEIGHBOURS]
        yield from zip(nearest, np.take_along_axis(z, nearest, axis=1), strict=True)


def _nearest_by_index(ranker: Ranker, index: TrackIndex) -> Iterator[tuple[Int64, Float32]]:
    listeners = Listeners(ranker)
    for row in range(ranker.item_count):
        listener = listeners.of(History(np.array([row]), np.ones(1, np.float32)))
        found = index.nearest(listener.vector.astype(np.float32), NEIGHBOURS + 1)
        rows = np.setdiff1d(np.append(found, listener.strongest_linear(NEIGHBOURS)), [row])
        z = listener.z_of(rows)
        order = np.argsort(-z, kind="stable")[:NEIGHBOURS]
        yield rows[order], z[order]


def neighbour_arrays(tracks: Tracks, ranker: Ranker, index: TrackIndex | None = None) -> dict[str, Array]:
    """For `item_neighbours.bin`: of each track at most NEIGHBOURS, those with a score above the mean of all tracks."""
    counts = np.zeros(tracks.size + 1, np.int64)
    rows, weights = [np.zeros(0, np.int64)], [np.zeros(0, np.float32)]
    found = _nearest_of_all(ranker) if index is None else _nearest_by_index(ranker, index)
    for row, (nearest, scores) in enumerate(found):
        near = scores > 0
        counts[row + 1] = near.sum()
        rows.append(nearest[near])
        weights.append(scores[near])
    return {
        "trackIds": tracks.ids,
        "artistIds": tracks.artist_ids,
        "popularity": tracks.popularity,
        "offsets": np.cumsum(counts),
        "neighbours": np.concatenate(rows),
        "weights": np.concatenate(weights),
    }
