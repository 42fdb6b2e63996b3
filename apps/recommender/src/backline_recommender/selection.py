"""Chooses the families' hyper-parameters and their blend on inner splits of what is to be trained on.

Nothing is assumed of the data: from a coarse log grid over the whole range, a climb, then more dimensions as long as
they pay, then the blend on several splits. Large data is searched on a sample of its listeners.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from backline_recommender import grids
from backline_recommender.arrays import Float64
from backline_recommender.blending import blend_values
from backline_recommender.ease import EaseSettings
from backline_recommender.holdout import sampled, split
from backline_recommender.ials import IalsSettings
from backline_recommender.interactions import Interactions, Scale
from backline_recommender.search import CUTOFF, METRIC, Search, in_parallel

log = logging.getLogger(__name__)

PAIRS_MAX = 1_000_000
"""More are searched on a sample."""
TESTED_SCORES = 100_000_000
"""Listeners × items that a candidate is tested on."""
TESTED_MIN = 1_500
SPLITS = 3
"""On which the blend is chosen; all before it is chosen on the first."""
ROUNDS = 3
DIMENSIONS_GAIN = 1.003
"""By how much twice the dimensions have to be better: they cost twice the memory and four times the time."""
SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True)
class Chosen:
    """What to train; `ease_share` is 0 for iALS alone and 1 for EASE alone."""

    scale: Scale
    ials: IalsSettings
    ease: EaseSettings
    ease_share: float
    validation: dict[str, float]


UNTESTED = Chosen(
    "lognorm",
    IalsSettings(grids.COARSE_DIMENSIONS, unobserved=0.1, regularisation=0.005, epochs=grids.FULL_EPOCHS),
    EaseSettings(ridge=100.0),
    ease_share=0.3,
    validation={},
)
"""For data in which nobody played enough to test anything on: what was best elsewhere."""


def _search_ials(search: Search, scale: Scale) -> IalsSettings:
    coarse = search.best(scale, grids.coarse_ials())
    here = replace(search.climbed(scale, coarse, grids.near_ials, ROUNDS), epochs=grids.FULL_EPOCHS)
    for dimensions in grids.MORE_DIMENSIONS:
        wider = search.best(scale, grids.wider_ials(here, dimensions))
        if search.value(scale, wider) < DIMENSIONS_GAIN * search.value(scale, here):
            break
        here = wider
    return here


def _search_ease(search: Search, scale: Scale) -> EaseSettings:
    ridge = search.best(scale, grids.coarse_ease())
    dropped = search.best(scale, grids.with_dropouts(ridge))
    return search.best(scale, grids.near_ridges(dropped))


def _better_scale(search: Search) -> Scale:
    """Where every strength is the same there is nothing to choose."""
    strengths = search.split.fit.strengths.data
    if np.all(strengths == strengths[0]):
        return "binary"
    ials = search.best("lognorm", grids.coarse_ials())
    ease = search.best("lognorm", grids.coarse_ease())
    scales: tuple[Scale, ...] = ("lognorm", "binary")
    return max(scales, key=lambda scale: max(search.value(scale, ials), search.value(scale, ease)))


def _blended(searches: Sequence[Search], scale: Scale, finalists: Sequence[IalsSettings], ease: EaseSettings) -> Chosen:
    def on(search: Search) -> Float64:
        models = [search.ials_score(scale, settings) for settings in finalists]
        linear = search.ease_score(scale, ease)
        return blend_values(search.split.histories(scale), search.split.held, models, linear, SHARES, CUTOFF)

    values = np.mean(in_parallel(on, searches, searches[0].threads), axis=0)
    log.info("blends: %s", np.round(values, 4).tolist())
    model, share = np.unravel_index(int(values.argmax()), values.shape)
    validation = {
        f"ials {METRIC}": float(values[:, 0].max()),
        f"ease {METRIC}": float(values[0, -1]),
        f"blend {METRIC}": float(values.max()),
    }
    return Chosen(scale, finalists[int(model)], ease, SHARES[int(share)], validation)


def choose(source: Interactions, threads: int) -> Chosen:
    """The same data gives the same choice."""
    sample = sampled(source, PAIRS_MAX)
    tested_max = max(TESTED_MIN, TESTED_SCORES // max(1, source.item_count))
    splits = [split(sample, tested_max, seed) for seed in range(SPLITS)]
    if len(splits[0].listeners) == 0:
        return UNTESTED
    searches = [Search(inner, sample.pair_count / source.pair_count, threads) for inner in splits]
    first = searches[0]
    scale = _better_scale(first)
    ials, ease = _search_ials(first, scale), _search_ease(first, scale)
    return _blended(searches, scale, grids.finalists_of(ials), ease)
