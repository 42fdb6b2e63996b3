import numpy as np
import pytest
import scipy.sparse as sp
from matrices import two_camps

from backline_recommender.cold_items import (
    MIN_ITEMS,
    Content,
    joined_features,
    prior_factors,
    tag_counts,
    tag_features,
    with_content,
)
from backline_recommender.ials import Ials, IalsSettings
from backline_recommender.ials_training import train_ials

ITEMS = 40
SETTINGS = IalsSettings(dimensions=8, unobserved=0.1, regularisation=0.01, epochs=10)
TAGS = [["even" if item % 2 == 0 else "odd", "live"] for item in range(ITEMS)]


@pytest.fixture(scope="module")
def model() -> Ials:
    return train_ials(two_camps(items=ITEMS).confidences("lognorm"), SETTINGS, threads=1)


def _without(model: Ials, item: int) -> Ials:
    factors = model.factors.copy()
    factors[item] = 0
    return Ials(SETTINGS, factors, model.gram, ITEMS)


def _listeners(unheard: int) -> np.ndarray:
    listeners = np.full(ITEMS, 12.0)
    listeners[unheard] = 0
    return listeners


def _preference(model: Ials, item_vector: np.ndarray) -> tuple[float, float]:
    """What the even camp and the odd camp make of an item, on the mean."""
    users = model.fold_in(two_camps(items=ITEMS).confidences("lognorm"))
    scores = users @ item_vector
    return float(scores[::2].mean()), float(scores[1::2].mean())


@pytest.mark.parametrize("item", [6, 7])
def test_an_unheard_item_finds_its_camp_by_its_tags(model: Ials, item: int) -> None:
    content = Content(tag_features(tag_counts(TAGS)), np.full(ITEMS, -1))
    placed = with_content(_without(model, item), _listeners(item), content)
    even, odd = _preference(model, placed.factors[item])
    assert (even > 3 * abs(odd)) if item % 2 == 0 else (odd > 3 * abs(even))


@pytest.mark.parametrize("item", [6, 7])
def test_an_unheard_item_without_tags_finds_its_camp_by_its_artist(model: Ials, item: int) -> None:
    artists = np.arange(ITEMS) % 2
    content = Content(sp.csr_array(np.zeros((ITEMS, 0), dtype=np.float32)), artists)
    placed = with_content(_without(model, item), _listeners(item), content)
    even, odd = _preference(model, placed.factors[item])
    assert (even > 3 * abs(odd)) if item % 2 == 0 else (odd > 3 * abs(even))


def test_content_gives_way_as_listeners_come(model: Ials) -> None:
    content = Content(tag_features(tag_counts(TAGS)), np.full(ITEMS, -1))

    def distance_from_own(count: float) -> float:
        listeners = np.full(ITEMS, 12.0)
        listeners[6] = count
        return float(np.linalg.norm(with_content(model, listeners, content).factors[6] - model.factors[6]))

    distances = [distance_from_own(count) for count in (0.5, 2, 10, 100)]
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < 0.05 * distances[0]


def test_what_nothing_is_known_of_stays_nowhere(model: Ials) -> None:
    features = tag_features(tag_counts([[] if item == 6 else tags for item, tags in enumerate(TAGS)]))
    content = Content(features, np.where(np.arange(ITEMS) == 6, -1, np.arange(ITEMS) % 2))
    assert not prior_factors(_without(model, 6).factors, _listeners(6), content)[6].any()


def test_an_empty_catalogue_has_no_content() -> None:
    assert tag_features(tag_counts([])).shape == (0, 0)


def test_tags_on_few_items_are_left_out_and_rare_ones_weigh_more() -> None:
    counts = tag_counts([["common", "rare"]] * MIN_ITEMS + [["common"]] * 5 + [["single"]])
    features = tag_features(counts).toarray()
    assert features.shape == (MIN_ITEMS + 6, 2)
    assert features[0, 1] > features[0, 0] > 0
    assert not features[-1].any()
    assert np.linalg.norm(features[:-1], axis=1) == pytest.approx(np.ones(MIN_ITEMS + 5))


def test_parts_of_the_features_weigh_alike() -> None:
    one, two = (sp.csr_array(np.array([[3, 4], [0, 0]], dtype=np.float32) / 5) for _ in range(2))
    joined = joined_features(one, two).toarray()
    assert joined[0] == pytest.approx(np.array([3, 4, 3, 4]) / 5 / np.sqrt(2))
    assert not joined[1].any()
