"""Tries candidates on one split, by NDCG@20 of a full ranking."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TypeVar

from threadpoolctl import threadpool_limits

from backline_recommender.ease import EaseSettings, solve_ease
from backline_recommender.holdout import Split
from backline_recommender.ials import IalsSettings
from backline_recommender.ials_training import train_ials
from backline_recommender.interactions import Scale
from backline_recommender.ranking import Score, measured

log = logging.getLogger(__name__)

CUTOFF = 20
METRIC = f"ndcg@{CUTOFF}"
INVERTED_MAX = 6_000
"""The largest matrix that EASE inverts during a search."""

Item = TypeVar("Item")
Result = TypeVar("Result")
Settings = TypeVar("Settings", IalsSettings, EaseSettings)


def in_parallel(work: Callable[[Item], Result], items: Sequence[Item], threads: int) -> list[Result]:
    """In the order of the items. BLAS keeps to the thread that calls it: threads that spin cost more than they give."""
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, items))


@dataclass(frozen=True)
class Search:
    split: Split
    sample_share: float
    """The part of all pairs that the split was made from."""
    threads: int
    _tried: dict[tuple[Scale, IalsSettings | EaseSettings], float] = field(default_factory=dict)

    def ials_score(self, scale: Scale, settings: IalsSettings) -> Score:
        model = train_ials(self.split.fit.confidences(scale), settings, threads=1)
        return lambda histories: model.fold_in(histories) @ model.factors.T

    def ease_score(self, scale: Scale, settings: EaseSettings) -> Score:
        """The gram of a sample is so much smaller than that of all, and so is the ridge that fits it."""
        shrunk = replace(settings, ridge=settings.ridge * self.sample_share)
        return solve_ease(self.split.fit.confidences(scale), shrunk, INVERTED_MAX).scores

    def _score(self, scale: Scale, settings: IalsSettings | EaseSettings) -> Score:
        if isinstance(settings, IalsSettings):
            return self.ials_score(scale, settings)
        return self.ease_score(scale, settings)

    def _try(self, scale: Scale, settings: IalsSettings | EaseSettings) -> None:
        score = self._score(scale, settings)
        value = measured(score, self.split.histories(scale), self.split.held, [CUTOFF])[METRIC]
        log.info("%s %s: %s %.4f", scale, settings, METRIC, value)
        self._tried[scale, settings] = value

    def values(self, scale: Scale, candidates: Sequence[IalsSettings | EaseSettings]) -> list[float]:
        """Each candidate is tried once, as many at a time as there are threads, each on one."""
        untried = list(dict.fromkeys(each for each in candidates if (scale, each) not in self._tried))
        in_parallel(lambda settings: self._try(scale, settings), untried, self.threads)
        return [self._tried[scale, each] for each in candidates]

    def value(self, scale: Scale, settings: IalsSettings | EaseSettings) -> float:
        return self.values(scale, [settings])[0]

    def best(self, scale: Scale, candidates: Sequence[Settings]) -> Settings:
        values = self.values(scale, candidates)
        return candidates[values.index(max(values))]

    def climbed(
        self, scale: Scale, start: Settings, near: Callable[[Settings], Sequence[Settings]], rounds: int
    ) -> Settings:
        here: Settings = start
        for _ in range(rounds):
            around: list[Settings] = [here]
            around.extend(near(here))
            found = self.best(scale, around)
            if found == here:
                return here
            here = found
        return here
