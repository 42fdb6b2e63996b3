import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrices import two_camps
from numpy.typing import NDArray

from backline_recommender.arrays import Csr
from backline_recommender.ease import EaseSettings, solve_ease


def _closed_form(confidences: Csr, settings: EaseSettings) -> NDArray[np.float64]:
    """As Steck writes it: B = I − P·diag(1 / diag P), P = (X'X + D)⁻¹."""
    dense = confidences.toarray().astype(np.float64)
    gram = dense.T @ dense
    inverse = np.linalg.inv(gram + np.diag(settings.ridge + settings.dropout * np.diag(gram)))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


shapes = st.sampled_from([(60, 40), (20, 40)])
settings_of_some = st.builds(EaseSettings, st.floats(1, 500), st.floats(0, 2))


@given(shapes, settings_of_some)
def test_both_forms_score_as_the_closed_form(shape: tuple[int, int], settings: EaseSettings) -> None:
    confidences = two_camps(*shape).confidences("lognorm")
    expected = confidences.toarray() @ _closed_form(confidences, settings)
    assert solve_ease(confidences, settings).scores(confidences) == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize("users", [60, 20])
def test_unpruned_neighbours_are_the_closed_form(users: int) -> None:
    confidences = two_camps(users, 40).confidences("lognorm")
    settings = EaseSettings(ridge=5.0, dropout=0.5)
    neighbours = solve_ease(confidences, settings).neighbours(kept=1_000)
    assert neighbours.toarray() == pytest.approx(_closed_form(confidences, settings), abs=2e-4)


@pytest.mark.parametrize("users", [60, 20])
def test_pruning_keeps_the_strongest_of_each_played_item(users: int) -> None:
    weights = solve_ease(two_camps(users, 40).confidences("lognorm"), EaseSettings(ridge=5.0))
    whole, pruned = weights.neighbours(40).toarray(), weights.neighbours(3).toarray()
    for row, kept in zip(whole, pruned, strict=True):
        strongest = np.sort(np.abs(row))[-3:]
        assert np.sort(np.abs(kept[kept != 0])) == pytest.approx(strongest)


def test_past_its_limit_only_the_items_with_the_most_listeners_have_weights() -> None:
    confidences = two_camps(60, 40).confidences("lognorm")
    listeners = np.bincount(confidences.indices, minlength=40)
    weights = solve_ease(confidences, EaseSettings(ridge=5.0), inverted_max=10).neighbours(40)
    covered = np.flatnonzero(np.abs(weights.toarray()).sum(axis=0) > 0)
    assert len(covered) == 10
    assert listeners[covered].min() >= np.delete(listeners, covered).max()
    history = confidences[:5]
    scores = solve_ease(confidences, EaseSettings(ridge=5.0), inverted_max=10).scores(history)
    assert scores == pytest.approx((history @ weights).toarray(), abs=1e-5)
