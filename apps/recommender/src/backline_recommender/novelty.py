"""New tracks to try on a listener: those that suit, and now and then one of which nothing tells whether it does."""

from collections.abc import Set
from dataclasses import dataclass

import numpy as np

from backline_recommender.arrays import Float64, Int64
from backline_recommender.exploration import MAX_ARMS, Arms, Drawn, draw
from backline_recommender.listener import Listener
from backline_recommender.listing import Explore
from backline_recommender.model import Model
from backline_recommender.taste import ON_TASTE, Candidates

LOOKED_AT = 512
"""New tracks that are looked at beyond the candidates, by chance."""
SCOUTED = 0.1
"""How often a track is tried of which nothing is known; otherwise nobody would ever find out."""
NO_WORD = 0.5
"""How well a track suits of which nothing is known, or a listener of whom nothing is."""
NONE: Int64 = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Novelties:
    """Rows of tracks that few have heard and this listener has not; the suiting ones best first."""

    suiting: Int64
    suits: Float64
    unknown: Int64


def novelties(
    model: Model, listener: Listener | None, candidates: Candidates, barred: Int64, chance: np.random.Generator
) -> Novelties:
    sample = chance.permutation(np.setdiff1d(model.some_new(LOOKED_AT, chance), barred))
    if listener is None:
        return Novelties(sample, np.full(len(sample), NO_WORD), NONE)
    near = candidates.rows[model.are_new(candidates.rows)]
    known = model.are_known(sample)
    rows = np.union1d(near, sample[known])
    beside = Candidates(candidates.rows, listener.ials_z_of(candidates.rows), 0.0)
    suits = beside.suits(listener.ials_z_of(rows))
    order = np.argsort(-suits, kind="stable")
    order = order[suits[order] >= ON_TASTE]
    return Novelties(rows[order], np.clip(suits[order], 0, 1), sample[~known])


def _drawn(model: Model, rows: Int64, suits: Float64, placed: Set[int], chance: np.random.Generator) -> Drawn | None:
    free = np.array([row not in placed for row in rows.tolist()], dtype=bool)
    arms = rows[free][:MAX_ARMS]
    return draw(Arms(arms, suits[free][:MAX_ARMS], model.tracks.heard[arms], model.tracks.passed[arms]), chance)


def exploring(model: Model, new: Novelties, chance: np.random.Generator) -> Explore:
    """Draws one of them at each call, and says how likely it was drawn."""
    no_word = np.full(len(new.unknown), NO_WORD)

    def explore(placed: Set[int]) -> Drawn | None:
        scouts = chance.random() < SCOUTED
        suiting = _drawn(model, new.suiting, new.suits, placed, chance)
        unknown = _drawn(model, new.unknown, no_word, placed, chance)
        if suiting is None or unknown is None:
            return suiting or unknown
        taken, share = (unknown, SCOUTED) if scouts else (suiting, 1 - SCOUTED)
        return Drawn(taken.row, taken.propensity * share)

    return explore
