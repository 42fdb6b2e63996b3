"""Artists whom nobody has played yet, by their tags; and fans of whom only a few plays are known.

A tag that its giver gave to an artist whom they play tells who plays the artist: such tags of test pairs are dropped
("guarded"). What the tags seem worth without that guard is shown as the leak that it is.
"""

import numpy as np
import scipy.sparse as sp

from backline_recommender.arrays import Bool, Csr, Int64
from backline_recommender.benchmarks.figures import Figure
from backline_recommender.benchmarks.hetrec import HetRec
from backline_recommender.benchmarks.protocol_a import SETTLED
from backline_recommender.cold_items import Content, prior_factors, tag_features
from backline_recommender.ials import IalsSettings
from backline_recommender.ials_training import train_ials
from backline_recommender.interactions import lognorm
from backline_recommender.metrics import Tally, top_items
from backline_recommender.ranker_training import train_ranker
from backline_recommender.ranking import without_played

ITEMS_STUDY, FANS_STUDY = "cold items", "cold fans"
COLD_ITEMS, ITEMS_SEED = 448, 7
COLD_FANS, FANS_SEED, FAN_ARTISTS = 300, 3, 40
IALS = IalsSettings(dimensions=128, unobserved=0.03, regularisation=0.01, epochs=15)


def _cold_artists(data: HetRec) -> Int64:
    listeners = np.bincount(data.pairs[:, 1], minlength=data.artists)
    tagged = np.bincount(data.taggings[:, 1], minlength=data.artists) > 0
    chance = np.random.default_rng(ITEMS_SEED)
    return np.sort(chance.choice(np.flatnonzero(tagged & (listeners >= 3)), COLD_ITEMS, replace=False))


def _ranked_by_tags(data: HetRec, cold: Int64, held: Bool, taggings: Bool, threads: int) -> dict[str, float]:
    """Ranks the cold artists alone for all users."""
    train = data.plays(~held)
    confidences = train.confidences("lognorm")
    model = train_ials(confidences, IALS, threads)
    content = Content(tag_features(data.tag_counts(taggings)), np.full(data.artists, -1))
    placed = prior_factors(model.factors, train.listeners(), content)[cold]
    scores = (model.fold_in(confidences) @ placed.T).astype(np.float32)
    test: Csr = sp.csr_array(data.marks(held)[:, cold])
    tally = Tally([10, 20], len(cold))
    tally.add(top_items(scores, 20), test)
    return tally.results()


def cold_items(data: HetRec, threads: int) -> list[Figure]:
    cold = _cold_artists(data)
    held = np.isin(data.pairs[:, 1], cold)
    told = np.isin(data.pair_keys(*data.taggings[:, :2].T), data.pair_keys(*data.pairs[held].T))
    guarded = _ranked_by_tags(data, cold, held, ~told, threads)
    leaking = _ranked_by_tags(data, cold, held, np.ones_like(told), threads)
    return [
        Figure(ITEMS_STUDY, "recall@10, guarded", guarded["recall@10"], least=0.44),
        Figure(ITEMS_STUDY, "ndcg@10, guarded", guarded["ndcg@10"], least=0.36),
        Figure(ITEMS_STUDY, "recall@20, guarded", guarded["recall@20"]),
        Figure(ITEMS_STUDY, "recall@10 with tags that leak", leaking["recall@10"], least=1.1 * guarded["recall@10"]),
    ]


def _fan_parts(data: HetRec) -> tuple[Int64, Bool]:
    """The fans, and which pairs are theirs."""
    counts = np.bincount(data.pairs[:, 0], minlength=data.users)
    chance = np.random.default_rng(FANS_SEED)
    fans = np.sort(chance.choice(np.flatnonzero(counts >= FAN_ARTISTS), COLD_FANS, replace=False))
    return fans, np.isin(data.pairs[:, 0], fans)


def _given(theirs: Csr, count: int) -> Csr:
    """`count` of each row's entries, by chance: of fewer, some of those that it is of more."""
    chance = np.random.default_rng(FANS_SEED)
    places = [
        chance.permutation(np.arange(start, stop))[:count]
        for start, stop in zip(theirs.indptr[:-1], theirs.indptr[1:], strict=True)
    ]
    kept = np.zeros(theirs.nnz, dtype=bool)
    kept[np.concatenate(places)] = True
    given = theirs.copy()
    given.data = np.where(kept, given.data, 0.0).astype(np.float32)
    given.eliminate_zeros()
    return given


def cold_fans(data: HetRec, threads: int) -> list[Figure]:
    """Precision is of the same artists for all counts: those that are left when the most are given."""
    fans, of_fans = _fan_parts(data)
    ranker = train_ranker(data.plays(~of_fans), SETTLED, threads)
    theirs = data.plays(of_fans).strengths[fans]
    least = {1: None, 3: 0.24, 5: None, 10: 0.37, 20: None}
    rest: Csr = sp.csr_array(theirs - _given(theirs, max(least)))
    rest.eliminate_zeros()
    figures = []
    for count, goal in least.items():
        given = _given(theirs, count)
        tally = Tally([10], data.artists)
        tally.add(top_items(without_played(ranker.scores_of_many(lognorm(given)), given), 10), rest)
        figures.append(Figure(FANS_STUDY, f"precision@10 from {count}", tally.results()["precision@10"], least=goal))
    return figures
