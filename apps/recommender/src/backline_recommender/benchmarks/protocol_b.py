"""Protocol B: ten folds published by andlzanon (Knowledge-Based Systems, 2022), binary; fold 0 is used.

Published recall@10 of EASE with λ = 500 is .2104; .2106 was reproduced with another program, which proves this one.
"""

import numpy as np
from threadpoolctl import threadpool_limits

from backline_recommender.benchmarks.figures import Figure
from backline_recommender.benchmarks.hetrec import Fold
from backline_recommender.ease import EaseSettings, solve_ease
from backline_recommender.ranker_training import train_ranker
from backline_recommender.ranking import Score, measured
from backline_recommender.selection import choose

STUDY = "B"
KNOWN_RECALL, TOLERANCE = 0.2106, 0.001


def _metrics(score: Score, fold: Fold) -> dict[str, float]:
    with threadpool_limits(1, "blas"):
        return measured(score, fold.train.confidences("binary"), fold.test, [10, 20])


def known_answer(fold: Fold) -> list[Figure]:
    weights = solve_ease(fold.train.confidences("binary"), EaseSettings(ridge=500.0))
    found = _metrics(weights.scores, fold)
    return [
        Figure(
            STUDY,
            "EASE λ=500 recall@10, the known answer",
            found["recall@10"],
            0.2104,
            least=KNOWN_RECALL - TOLERANCE,
            most=KNOWN_RECALL + TOLERANCE,
        ),
        Figure(STUDY, "EASE λ=500 precision@10", found["precision@10"], 0.0956),
        Figure(STUDY, "popularity recall@10", _popularity(fold), 0.0810),
    ]


def _popularity(fold: Fold) -> float:
    listeners = fold.train.listeners().astype(np.float32)
    found = _metrics(lambda histories: np.tile(listeners, (int(histories.shape[0]), 1)), fold)
    return found["recall@10"]


def selected(fold: Fold, threads: int) -> list[Figure]:
    ranker = train_ranker(fold.train, choose(fold.train, threads), threads)
    found = _metrics(ranker.scores_of_many, fold)
    return [
        Figure(STUDY, "engine recall@10", found["recall@10"], 0.2104, least=0.2337),
        Figure(STUDY, "engine precision@10", found["precision@10"], 0.0956),
    ]
