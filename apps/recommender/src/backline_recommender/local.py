"""Training on this machine: both families searched and blended on what the platform's own listeners played."""

from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from backline_recommender.catalogue import Catalogue
from backline_recommender.cold_items import Content
from backline_recommender.interactions import Interactions, interactions
from backline_recommender.plays import PlayLog, read_plays
from backline_recommender.ranker_training import available_threads, train_ranker
from backline_recommender.selection import Chosen, choose
from backline_recommender.training import Learnt

EASE_SHARE_MAX = 0.9
"""Only iALS has a word on tracks that nobody has played yet."""


def _played(catalogue: Catalogue, log: PlayLog) -> Interactions:
    shape = (log.counts.listeners, catalogue.size)
    return interactions(log.listeners, log.tracks, log.strengths, log.trusts, shape)


def _chosen(played: Interactions, threads: int) -> Chosen:
    found = choose(played, threads)
    return replace(found, ease_share=min(found.ease_share, EASE_SHARE_MAX) if played.pair_count > 0 else 0.0)


def train_locally(export: Path, catalogue: Catalogue, content: Content, as_of: datetime) -> Learnt:
    threads = available_threads()
    log = read_plays(export, catalogue, as_of)
    played = _played(catalogue, log)
    chosen = _chosen(played, threads)
    return Learnt(
        ranker=train_ranker(played, chosen, threads, content),
        sums=log.sums,
        counts=log.counts,
        trainer="local",
        family="ials" if chosen.ease_share == 0 else "ials+ease",
        settings={
            "scale": chosen.scale,
            "ease_share": chosen.ease_share,
            **{f"ials_{name}": value for name, value in asdict(chosen.ials).items()},
            **{f"ease_{name}": value for name, value in asdict(chosen.ease).items()},
        },
        metrics=chosen.validation,
    )
