"""Bots that play one artist whom three know, and thirty popular ones: how many real users are then shown the artist?"""

import numpy as np
import scipy.sparse as sp

from backline_recommender.arrays import Float32, Int64
from backline_recommender.benchmarks.figures import Figure
from backline_recommender.benchmarks.hetrec import HetRec
from backline_recommender.benchmarks.protocol_a import SETTLED
from backline_recommender.interactions import Interactions
from backline_recommender.metrics import top_items
from backline_recommender.ranker_training import train_ranker
from backline_recommender.ranking import without_played

STUDY = "poisoning"
BOT_SHARE = 0.05
POPULAR_PLAYED, POPULAR_AMONG = 30, 200
TARGET_LISTENERS = 3
SEED = 11
BOT_PLAYS = 500.0
SUSPECTED = 0.1
"""The trust of an account that the platform holds back plays of."""


def _with_bots(real: Interactions, target: int, trust: float, chance: np.random.Generator) -> Interactions:
    """The bots' rows come after the real ones."""
    bots = round(BOT_SHARE * real.user_count)
    popular = np.argsort(-real.listeners(), kind="stable")[:POPULAR_AMONG]
    columns = np.stack([np.append(chance.choice(popular, POPULAR_PLAYED, replace=False), target) for _ in range(bots)])
    plays = sp.csr_array(
        (np.full(columns.size, BOT_PLAYS, np.float32), (np.repeat(np.arange(bots), columns.shape[1]), columns.ravel())),
        shape=(bots, real.item_count),
    )
    strengths = sp.csr_array(sp.vstack([real.strengths, plays], format="csr"))
    return Interactions(strengths, np.append(real.trusts, np.full(plays.nnz, trust)).astype(np.float32))


def _shown(poisoned: Interactions, real_users: int, target: int, threads: int) -> int:
    """How many real users have the target in their first ten."""
    ranker = train_ranker(poisoned, SETTLED, threads)
    histories = poisoned.confidences("lognorm")[:real_users]
    lists = top_items(without_played(ranker.scores_of_many(histories), histories), 10)
    return int((lists == target).any(axis=1).sum())


def _targets(listeners: Float32, count: int) -> Int64:
    return np.random.default_rng(SEED).choice(np.flatnonzero(listeners == TARGET_LISTENERS), count, replace=False)


def poisoning(data: HetRec, threads: int, targets: int) -> list[Figure]:
    """Means over targets, as shares of the real users."""
    real = data.plays(np.ones(len(data.pairs), dtype=bool))
    chosen = _targets(real.listeners().astype(np.float32), targets)

    def reach(trust: float) -> float:
        chance = np.random.default_rng(SEED)
        shown = [_shown(_with_bots(real, int(t), trust, chance), real.user_count, int(t), threads) for t in chosen]
        return float(np.mean(shown)) / real.user_count

    return [
        Figure(STUDY, "real users reached by 5 % bots, suspected", reach(SUSPECTED), most=0.01),
        Figure(STUDY, "real users reached by 5 % bots, trusted", reach(1.0)),
    ]
