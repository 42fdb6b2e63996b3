"""Tries candidates on one split, by NDCG@20 of a full ranking."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

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

Settings = TypeVar("Settings", IalsSettings, EaseSettings)


@dataclass(frozen=True)
class Search:
    split: Split
    sample_share: float
    """The part of all pairs that the split was made from."""
    threads: int
    _tried: dict[tuple[Scale, IalsSettings | EaseSettings], float] = field(default_factory=dict)

    def ials_score(self, scale: Scale, settings: IalsSettings) -> Score:
        model = train_ials(self.split.fit.confidences(scale), settings, self.threads)
        return lambda histories: model.fold_in_many(histories) @ model.factors.T

    def ease_score(self, scale: Scale, settings: EaseSettings) -> Score:
        """The gram of a sample is so much smaller than that of all, and so is the ridge that fits it."""
        shrunk = replace(settings, ridge=settings.ridge * self.sample_share)
        return solve_ease(self.split.fit.confidences(scale), shrunk, INVERTED_MAX).scores

    def _score(self, scale: Scale, settings: IalsSettings | EaseSettings) -> Score:
        if isinstance(settings, IalsSettings):
            return self.ials_score(scale, settings)
        return self.ease_score(scale, settings)

    def value(self, scale: Scale, settings: IalsSettings | EaseSettings) -> float:
        """Each candidate is tried once."""
        known = self._tried.get((scale, settings))
        if known is not None:
            return known
        score = self._score(scale, settings)
        value = measured(score, self.split.histories(scale), self.split.held, [CUTOFF])[METRIC]
        log.info("%s %s: %s %.4f", scale, settings, METRIC, value)
        self._tried[scale, settings] = value
        return value

    def best(self, scale: Scale, candidates: Sequence[Settings]) -> Settings:
        values = [self.value(scale, candidate) for candidate in candidates]
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
