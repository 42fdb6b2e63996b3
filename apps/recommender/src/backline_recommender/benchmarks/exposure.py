"""What the penalty on popularity gives to artists whom few know, and what it costs.

"Tail" are the artists outside the most popular ones that hold half of all listens.
"""

import numpy as np

from backline_recommender.arrays import Bool, Float32, Int64
from backline_recommender.benchmarks.figures import Figure
from backline_recommender.benchmarks.hetrec import HetRec
from backline_recommender.benchmarks.protocol_a import SETTLED, Parts, parts
from backline_recommender.metrics import Tally, top_items
from backline_recommender.model import CANDIDATES
from backline_recommender.ranker import Ranker
from backline_recommender.ranker_training import train_ranker
from backline_recommender.taste import Candidates, ranked

STUDY = "exposure"
SHOWN = 10
NDCG_KEPT = 0.97


def _tail(listeners: Float32) -> Bool:
    order = np.argsort(-listeners, kind="stable")
    held = np.cumsum(listeners[order])
    tail = np.ones(len(listeners), dtype=bool)
    tail[order[: int(np.searchsorted(held, held[-1] / 2)) + 1]] = False
    return tail


def _penalised(scores: Float32, popularity: Float32) -> Int64:
    """[SHOWN] The list that the engine would show, before the cap on artists and the place that explores."""
    able = np.flatnonzero(scores > -np.inf)
    best = able[np.argpartition(scores[able], len(able) - CANDIDATES)[-CANDIDATES:]]
    candidates = Candidates(best, scores[best], float(scores[able].mean())).to_taste()
    rows = ranked(candidates, popularity[candidates.rows], np.zeros(len(candidates.rows), np.float32), SHOWN).rows
    return np.pad(rows[:SHOWN], (0, SHOWN - len(rows[:SHOWN])), constant_values=-1)


def _lists(ranker: Ranker, of: Parts) -> tuple[Int64, Int64]:
    """[users, SHOWN] By the score alone, and with the penalty."""
    popularity = of.train.listeners().astype(np.float32)
    scores = ranker.scores_of_many(of.train.confidences("lognorm"))
    scores[of.tuning.strengths.nonzero()] = -np.inf
    return top_items(scores, SHOWN), np.stack([_penalised(row, popularity) for row in scores])


def _measured(lists: Int64, of: Parts, tail: Bool) -> dict[str, float]:
    tally = Tally([SHOWN], of.train.item_count)
    tally.add(lists, of.test)
    return tally.results() | {"tail": float(tail[lists[lists >= 0]].mean())}


def exposure(data: HetRec, threads: int) -> list[Figure]:
    of = parts(data, 0)
    tail = _tail(of.train.listeners().astype(np.float32))
    plain_lists, fair_lists = _lists(train_ranker(of.train, SETTLED, threads), of)
    plain, fair = _measured(plain_lists, of, tail), _measured(fair_lists, of, tail)
    return [
        Figure(STUDY, "tail share without the penalty", plain["tail"]),
        Figure(STUDY, "tail share with it", fair["tail"], least=0.25),
        Figure(STUDY, "ndcg@10 without", plain["ndcg@10"]),
        Figure(STUDY, "ndcg@10 with it", fair["ndcg@10"], least=NDCG_KEPT * plain["ndcg@10"]),
        Figure(STUDY, "coverage@10 without", plain["coverage@10"]),
        Figure(STUDY, "coverage@10 with it", fair["coverage@10"]),
        Figure(STUDY, "gini@10 without", plain["gini@10"]),
        Figure(STUDY, "gini@10 with it", fair["gini@10"]),
    ]
