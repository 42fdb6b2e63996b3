"""Protocol A, that of RecBole-GNN: 8:1:1 of each user's artists by chance, full ranking, train and valid not ranked.

Published: results/social/lastfm.md of RUCAIBox/RecBole-GNN; SEPT has the best recall there, MHCN the best NDCG.
"""

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from backline_recommender.arrays import Bool, Csr, Int64
from backline_recommender.benchmarks.baselines import item_knn, popularity
from backline_recommender.benchmarks.figures import Figure
from backline_recommender.benchmarks.hetrec import HetRec
from backline_recommender.ease import EaseSettings
from backline_recommender.ials import IalsSettings
from backline_recommender.interactions import Interactions
from backline_recommender.metrics import Tally, top_items
from backline_recommender.ranker_training import train_ranker
from backline_recommender.ranking import Score, blocks
from backline_recommender.selection import Chosen, choose

STUDY = "A"
RECALL_PUBLISHED, NDCG_PUBLISHED = 0.2127, 0.2068
RECALL_LEAST, NDCG_LEAST = 0.222, 0.215
SETTLED = Chosen(
    "lognorm",
    IalsSettings(dimensions=128, unobserved=0.1, regularisation=0.005, epochs=15),
    EaseSettings(ridge=50.0, dropout=0.5),
    ease_share=0.2,
    validation={},
)
"""What selection comes to on this data, for studies of something else."""


@dataclass(frozen=True)
class Parts:
    train: Interactions
    tuning: Interactions
    """Train and valid."""
    test: Csr


def _places(users: Int64, user_count: int, chance: np.random.Generator) -> tuple[Bool, Bool]:
    """Which pairs are for validation, which for testing: a tenth of each user's, rounded down, each."""
    order = np.lexsort((chance.random(len(users)), users))
    counts = np.bincount(users, minlength=user_count)
    starts = np.cumsum(counts) - counts
    place = np.empty(len(users), dtype=np.int64)
    place[order] = np.arange(len(users)) - np.repeat(starts, counts)
    tenth = (counts // 10)[users]
    return (place >= tenth) & (place < 2 * tenth), place < tenth


def parts(data: HetRec, seed: int) -> Parts:
    valid, test = _places(data.pairs[:, 0], data.users, np.random.default_rng(seed))
    return Parts(data.plays(~valid & ~test), data.plays(~test), data.marks(test))


def metrics(score: Score, of: Parts) -> dict[str, float]:
    """Histories are what was trained on; what was tuned on is not ranked either."""
    histories, known = of.train.confidences("lognorm"), of.tuning.strengths
    tally = Tally([10, 20, 50], of.train.item_count)
    with threadpool_limits(1, "blas"):
        for block in blocks(of.train.user_count, of.train.item_count):
            scores = score(histories[block])
            scores[known[block].nonzero()] = -np.inf
            tally.add(top_items(scores, 50), of.test[block])
    return tally.results()


def selected(data: HetRec, threads: int, seeds: int) -> list[Figure]:
    """The engine's own selection on train and valid, the model of train alone; means over seeds."""
    results = []
    for seed in range(seeds):
        of = parts(data, seed)
        ranker = train_ranker(of.train, choose(of.tuning, threads), threads)
        results.append(metrics(ranker.scores_of_many, of))
    mean = {name: float(np.mean([result[name] for result in results])) for name in results[0]}
    return [
        Figure(STUDY, "engine recall@10", mean["recall@10"], RECALL_PUBLISHED, least=RECALL_LEAST),
        Figure(STUDY, "engine ndcg@10", mean["ndcg@10"], NDCG_PUBLISHED, least=NDCG_LEAST),
        Figure(STUDY, "engine precision@10", mean["precision@10"], 0.1044),
        Figure(STUDY, "engine hit@10", mean["hit@10"], 0.6523),
        Figure(STUDY, "engine recall@20", mean["recall@20"]),
        Figure(STUDY, "engine recall@50", mean["recall@50"]),
        Figure(STUDY, "engine coverage@10", mean["coverage@10"]),
        Figure(STUDY, "engine gini@10", mean["gini@10"]),
    ]


def _shuffled(of: Parts, chance: np.random.Generator) -> Interactions:
    """As many plays of each user and each artist, but by chance whose."""
    strengths = of.train.strengths.copy()
    strengths.indices = chance.permutation(strengths.indices)
    strengths.sum_duplicates()
    return Interactions(strengths, np.ones(strengths.nnz, dtype=np.float32))


def sanity(data: HetRec, threads: int) -> list[Figure]:
    """Seed 0 with settled settings: popularity below kNN below the engine; nothing to be learnt from shuffled plays."""
    of = parts(data, 0)
    of_popularity = metrics(popularity(of.train), of)["recall@10"]
    of_knn = metrics(item_knn(of.train), of)["recall@10"]
    engine = metrics(train_ranker(of.train, SETTLED, threads).scores_of_many, of)
    shuffled = train_ranker(_shuffled(of, np.random.default_rng(0)), SETTLED, threads)
    of_shuffled = metrics(shuffled.scores_of_many, of)["recall@10"]
    return [
        Figure(STUDY, "popularity recall@10", of_popularity, most=of_knn),
        Figure(STUDY, "item-kNN recall@10", of_knn, most=engine["recall@10"]),
        Figure(STUDY, "settled recall@10", engine["recall@10"], RECALL_PUBLISHED, least=RECALL_LEAST),
        Figure(STUDY, "settled ndcg@10", engine["ndcg@10"], NDCG_PUBLISHED, least=NDCG_LEAST),
        Figure(STUDY, "shuffled plays recall@10", of_shuffled, most=1.1 * of_popularity),
    ]
