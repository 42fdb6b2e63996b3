import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrices import of_pairs

from backline_recommender.interactions import Scale, decayed, interactions

Pair = tuple[int, int, float, float]
pairs_of_some = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 5), st.floats(0, 1_000, width=32), st.floats(0, 1, width=32)),
    max_size=30,
)


def _columns(pairs: list[Pair]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    users, items, strengths, trusts = zip(*pairs, strict=True) if pairs else ((), (), (), ())
    return (
        np.array(users, dtype=np.int64),
        np.array(items, dtype=np.int64),
        np.array(strengths, dtype=np.float32),
        np.array(trusts, dtype=np.float32),
    )


@given(pairs_of_some)
def test_strengths_of_a_pair_add_up_and_what_is_not_believed_is_not_there(pairs: list[Pair]) -> None:
    made = interactions(*_columns(pairs), (5, 6))
    dense = np.zeros((5, 6))
    for user, item, strength, trust in pairs:
        dense[user, item] += strength if trust > 0 else 0
    assert made.strengths.toarray() == pytest.approx(dense, rel=1e-5)
    assert len(made.trusts) == made.pair_count
    assert ((made.trusts > 0) & (made.trusts <= 1 + 1e-6)).all()


@given(pairs_of_some, st.sampled_from(["lognorm", "binary"]))
def test_a_listener_who_is_believed_weighs_as_much_as_they_know_items(pairs: list[Pair], scale: Scale) -> None:
    believed = [(user, item, strength + 1, 1.0) for user, item, strength, _ in pairs]
    made = interactions(*_columns(believed), (5, 6))
    known = np.diff(made.strengths.indptr)
    assert np.asarray(made.confidences(scale).sum(axis=1)).ravel() == pytest.approx(known, rel=1e-4)


def test_trust_scales_what_is_believed_of_a_pair() -> None:
    whole = of_pairs([0, 0], [0, 1], np.array([3, 8], dtype=np.float32), (1, 2))
    tenth = interactions(
        np.array([0, 0]), np.array([0, 1]), np.array([3, 8], np.float32), np.array([0.1, 0.1], np.float32), (1, 2)
    )
    assert tenth.confidences("lognorm").toarray() == pytest.approx(0.1 * whole.confidences("lognorm").toarray())
    assert tenth.listeners() == pytest.approx([0.1, 0.1])


@pytest.mark.parametrize(("strength", "trust"), [(-1, 1), (np.nan, 1), (np.inf, 1), (1, -0.1), (1, 1.1), (1, np.nan)])
def test_what_is_no_strength_or_no_trust_is_refused(strength: float, trust: float) -> None:
    with pytest.raises(ValueError, match="is a number"):
        interactions(
            np.array([0]), np.array([0]), np.array([strength], np.float32), np.array([trust], np.float32), (1, 1)
        )


def test_rows_and_entries_that_are_picked_keep_their_trust() -> None:
    made = interactions(
        np.array([0, 0, 1, 2]),
        np.array([0, 1, 1, 0]),
        np.array([1, 2, 3, 4], np.float32),
        np.array([0.1, 0.2, 0.3, 0.4], np.float32),
        (3, 2),
    )
    picked = made.of_users(np.array([2, 0]))
    assert picked.strengths.toarray().tolist() == [[4, 0], [1, 2]]
    assert picked.trusts == pytest.approx([0.4, 0.1, 0.2])
    assert made.at(np.array([1, 2])).trusts == pytest.approx([0.2, 0.3])


def test_a_strength_halves_with_every_half_life() -> None:
    ages = np.array([-5.0, 0.0, 60.0, 120.0])
    assert decayed(np.full(4, 8, np.float32), ages, 60.0) == pytest.approx([8, 8, 4, 2])
