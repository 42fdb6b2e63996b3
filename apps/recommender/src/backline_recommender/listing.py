"""Ranked tracks made into a list: at most MAX_OF_ARTIST of an artist in each ten, one place of ten explored."""

from collections import Counter
from collections.abc import Callable, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backline_recommender.exploration import PLACES, Drawn, shifted_propensity

MAX_OF_ARTIST = 2

Int64 = NDArray[np.int64]
Explore = Callable[[Set[int]], Drawn | None]
"""Draws a new track that is none of those given; None where there is no other."""


@dataclass(frozen=True)
class Place:
    row: int
    propensity: float
    explored: bool


class _Queue:
    """Tracks in their order; those that a block has no room for come first in the next."""

    def __init__(self, rows: Int64, artist_ids: Int64) -> None:
        self._waiting: list[tuple[int, int]] = []
        self._coming = zip(rows.tolist(), artist_ids[rows].tolist(), strict=True)

    def take(self, count: int, of_artist: Counter[int], without: Set[int]) -> list[int]:
        taken: list[int] = []
        passed: list[tuple[int, int]] = []
        waiting = iter(self._waiting)
        while len(taken) < count:
            entry = next(waiting, None) or next(self._coming, None)
            if entry is None:
                break
            row, artist = entry
            if row in without:
                continue
            if of_artist[artist] < MAX_OF_ARTIST:
                of_artist[artist] += 1
                taken.append(row)
            else:
                passed.append(entry)
        self._waiting = [*passed, *waiting]
        return taken


def _ranked_block(rows: list[int], place: int) -> list[Place]:
    """The ranked tracks of a block, each after the exploration's place one further down than its rank."""
    return [
        Place(row, shifted_propensity(rank, rank + (rank >= place)), explored=False) for rank, row in enumerate(rows)
    ]


def _block(
    queue: _Queue, length: int, drawn: Drawn | None, place: int, artist_ids: Int64, placed: Set[int]
) -> list[Place]:
    if drawn is None:
        return [Place(row, 1.0, explored=False) for row in queue.take(length, Counter(), placed)]
    if place >= length:
        return _ranked_block(queue.take(length, Counter(), placed), place)
    rows = queue.take(length - 1, Counter([int(artist_ids[drawn.row])]), placed | {drawn.row})
    block = _ranked_block(rows, place)
    block.insert(min(place, len(rows)), Place(drawn.row, drawn.propensity / PLACES, explored=True))
    return block


def listed(
    rows: Int64, artist_ids: Int64, limit: int, explore: Explore | None, chance: np.random.Generator
) -> list[Place]:
    """
    The list of at most `limit`; shorter where there are no more, or the cap leaves none to fill a ten.

    `rows` are the candidates, best first; `artist_ids` are those of all tracks, by row.
    """
    queue = _Queue(rows, artist_ids)
    places: list[Place] = []
    placed: set[int] = set()
    while len(places) < limit:
        length = min(PLACES, limit - len(places))
        drawn = None if explore is None else explore(placed)
        block = _block(queue, length, drawn, int(chance.integers(PLACES)), artist_ids, placed)
        placed.update(place.row for place in block)
        places.extend(block)
        if len(block) < length:
            break
    return places
