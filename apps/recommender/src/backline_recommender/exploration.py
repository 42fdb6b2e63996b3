"""One place in ten goes to a track that few have heard: which one is drawn by Thompson sampling.

How well a new track is received is believed to follow a beta distribution: it starts from how well the track's
content suits the listener, and moves with the part of it that each trusted play heard or passed over.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PLACES = 10
"""One of so many is the exploration's."""
NEW_BELOW_LISTENS = 25.0
"""A track with fewer trusted listens is new."""
MAX_ARMS = 32
"""How many new tracks, those that suit the listener best, the draw is among."""
DRAWS = 64
PRIOR_PLAYS = 3.0
"""How many plays the content's word weighs."""

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class Arms:
    """New tracks to choose among, by row. `suits` is 0..1."""

    rows: Int64
    suits: Float64
    heard: Float64
    passed: Float64


@dataclass(frozen=True)
class Drawn:
    row: int
    propensity: float
    """Of this track among the arms."""


def draw(arms: Arms, chance: np.random.Generator) -> Drawn | None:
    """
    One of the arms: each with the share of DRAWS samples in which it was received best.

    The track is picked among the samples' winners, so its share is the exact probability of the pick.
    """
    if len(arms.rows) == 0:
        return None
    liked = PRIOR_PLAYS * np.clip(arms.suits, 0.05, 0.95) + arms.heard
    disliked = PRIOR_PLAYS * (1 - np.clip(arms.suits, 0.05, 0.95)) + arms.passed
    winners = chance.beta(liked, disliked, size=(DRAWS, len(arms.rows))).argmax(axis=1)
    winner = int(winners[chance.integers(DRAWS)])
    return Drawn(int(arms.rows[winner]), float(np.count_nonzero(winners == winner)) / DRAWS)


def shifted_propensity(rank: int, place: int) -> float:
    """How likely the block's track of this rank stands at this place, the exploration's place being any of PLACES."""
    return (PLACES - 1 - rank) / PLACES if place == rank else (rank + 1) / PLACES
