"""Training on this machine: both families searched and blended on what the platform's own listeners played."""

from dataclasses import asdict, replace

from backline_recommender.catalogue import Catalogue
from backline_recommender.interactions import Interactions
from backline_recommender.ranker_training import available_threads, train_ranker
from backline_recommender.selection import Chosen, choose
from backline_recommender.training import Fitted

EASE_SHARE_MAX = 0.9
"""Only iALS has a place for tracks that nobody has played yet."""


def _family(chosen: Chosen) -> str:
    return {0.0: "ials", 1.0: "ease"}.get(chosen.ease_share, "ials+ease")


def train_locally(catalogue: Catalogue, played: Interactions) -> Fitted:
    threads = available_threads()
    found = choose(played, threads)
    chosen = replace(found, ease_share=min(found.ease_share, EASE_SHARE_MAX) if played.pair_count > 0 else 0.0)
    ranker = train_ranker(played, chosen, threads)
    settings = {
        "scale": chosen.scale,
        "ease_share": chosen.ease_share,
        **{f"ials_{name}": value for name, value in asdict(chosen.ials).items()},
        **{f"ease_{name}": value for name, value in asdict(chosen.ease).items()},
    }
    return Fitted(ranker, "local", _family(chosen), settings, chosen.validation)
