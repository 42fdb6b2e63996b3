import numpy as np
import pytest
import scipy.sparse as sp
from matrices import two_camps

from backline_recommender.ials import Ials, IalsSettings, gram_of
from backline_recommender.ials_training import train_ials

SETTINGS = IalsSettings(dimensions=8, unobserved=0.2, regularisation=0.01, epochs=40)


@pytest.fixture(scope="module")
def model() -> Ials:
    return train_ials(two_camps().confidences("lognorm"), SETTINGS, threads=1)


def _objective(users: np.ndarray, model: Ials, confidences: sp.csr_array) -> float:
    """Rendle's, of the listeners, written out over dense matrices."""
    weights = confidences.toarray()
    scores = users @ model.factors.T
    plays = (weights > 0).sum(axis=1)
    settings = model.settings
    ridge = settings.regularisation * (settings.unobserved * weights.shape[1] + plays) ** settings.frequency
    return float(
        (weights * (scores - 1) ** 2).sum()
        + settings.unobserved * (scores**2).sum()
        + (ridge * (users**2).sum(axis=1)).sum()
    )


def test_folding_in_finds_the_least_of_the_objective(model: Ials) -> None:
    confidences = two_camps().confidences("lognorm")
    folded = model.fold_in(confidences)
    least = _objective(folded, model, confidences)
    chance = np.random.default_rng(0)
    for _ in range(20):
        assert _objective(folded + 0.01 * chance.standard_normal(folded.shape), model, confidences) > least


def test_the_item_factors_are_what_the_folded_in_listeners_ask_for(model: Ials) -> None:
    """At the optimum a listener's vector by training is that by folding in, so the items' own solve gives them back."""
    confidences = two_camps().confidences("lognorm")
    users = model.fold_in(confidences)
    turned = Ials(SETTINGS, users, gram_of(users), confidences.shape[0])
    assert turned.fold_in(confidences.T.tocsr()) == pytest.approx(model.factors, abs=2e-2)


def test_what_plays_add_sums_to_the_score(model: Ials) -> None:
    history = two_camps().confidences("lognorm")[[3]]
    user = model.fold_in(history)[0]
    for item in (0, 1, 7, 20):
        assert model.shares(history, model.factors[item]).sum() == pytest.approx(
            float(user @ model.factors[item]), abs=1e-5
        )


def test_the_same_data_gives_the_same_factors_on_any_number_of_threads() -> None:
    confidences = two_camps().confidences("lognorm")
    one, two = (train_ials(confidences, SETTINGS, threads).factors for threads in (1, 2))
    assert np.array_equal(one, two)


def test_who_played_nothing_and_what_nobody_played_are_nowhere() -> None:
    confidences = two_camps(users=10, items=60, plays=2).confidences("binary")
    model = train_ials(confidences, SETTINGS, threads=1)
    unplayed = np.bincount(confidences.indices, minlength=60) == 0
    assert unplayed.any()
    assert not model.factors[unplayed].any()
    assert not model.fold_in(sp.csr_array(np.zeros((1, 60), dtype=np.float32))).any()
