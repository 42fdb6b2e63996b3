import numpy as np
import pytest

from backline_recommender import neighbours
from backline_recommender.artefacts import ArtefactError

ARRAYS = {
    "trackIds": np.array([3.0, 2**53 - 1]),
    "artistIds": np.array([1.0, 1.0]),
    "popularity": np.array([0.5, 2.0]),
    "offsets": np.array([0, 1, 1]),
    "neighbours": np.array([1]),
    "weights": np.array([0.25]),
}
TRAINED_AT = "2026-11-22T03:00:00.000Z"


def test_what_was_written_is_read() -> None:
    header, arrays = neighbours.from_bytes(neighbours.to_bytes(TRAINED_AT, ARRAYS))
    assert header.trained_at == TRAINED_AT
    assert {name: array.tolist() for name, array in arrays.items()} == {
        name: array.tolist() for name, array in ARRAYS.items()
    }


def test_every_array_starts_at_a_multiple_of_eight() -> None:
    header, _ = neighbours.from_bytes(neighbours.to_bytes(TRAINED_AT, ARRAYS))
    assert all(placed.offset % 8 == 0 for placed in header.arrays.values())


@pytest.mark.parametrize("cut", [0, 4, 40, 200, -1])
def test_a_file_cut_short_is_refused(cut: int) -> None:
    with pytest.raises(ArtefactError):
        neighbours.from_bytes(neighbours.to_bytes(TRAINED_AT, ARRAYS)[:cut])


def test_an_array_too_few_is_a_bug() -> None:
    with pytest.raises(ValueError, match="arrays"):
        neighbours.to_bytes(TRAINED_AT, {"trackIds": np.array([1.0])})
