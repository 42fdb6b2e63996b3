"""The part of the benchmarks that every change has to pass; skipped, with a word, where the data isn't there."""

import pytest

from backline_recommender.benchmarks.figures import Figure, table, tally
from backline_recommender.benchmarks.hetrec import FOLDER, default_data, is_there
from backline_recommender.benchmarks.studies import QUICK, Study
from backline_recommender.ranker_training import available_threads

needs_data = pytest.mark.skipif(
    not is_there(default_data()), reason=f"the benchmarks' data, {FOLDER}, is not in {default_data()}"
)


@needs_data
@pytest.mark.parametrize("study", QUICK)
def test_figures_reach_their_goals(study: Study) -> None:
    figures = study(default_data(), available_threads())
    assert tally(figures)[0] > 0
    assert [figure for figure in figures if not figure.holds] == []


def test_a_figure_that_misses_its_goal_is_counted_and_shown() -> None:
    figures = [Figure("A", "recall", 0.2, 0.21, least=0.22), Figure("A", "share", 0.2, most=0.3), Figure("A", "x", 1)]
    assert tally(figures) == (1, 1)
    shown = table(figures).splitlines()
    assert ["MISSED" in line for line in shown[2:]] == [True, False, False]
    assert "0.2100" in shown[2]
