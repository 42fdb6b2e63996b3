import json
from pathlib import Path

import numpy as np
import pytest
from matrices import two_camps

from backline_recommender import grids, selection
from backline_recommender.cli import main


@pytest.fixture(autouse=True)
def small_grids(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grids, "UNOBSERVED", (0.1,))
    monkeypatch.setattr(grids, "REGULARISATION", (0.01,))
    monkeypatch.setattr(grids, "RIDGES", (10.0,))
    monkeypatch.setattr(grids, "COARSE_DIMENSIONS", 8)
    monkeypatch.setattr(grids, "MORE_DIMENSIONS", ())
    monkeypatch.setattr(selection, "ROUNDS", 1)


def _file(path: Path, lines: list[str]) -> str:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return str(path)


def _camps(folder: Path, users: int = 60) -> tuple[str, str]:
    """Each camp's listeners with one of their plays to be found again."""
    entries = two_camps(users).strengths.tocoo()
    lines = [f"fan {u}\tsong ☃{i}\t{w:g}" for u, i, w in zip(entries.row, entries.col, entries.data, strict=True)]
    held = np.arange(users) * 8 + np.arange(users) % 8
    train = [line for place, line in enumerate(lines) if place not in held]
    return _file(folder / "train.tsv", train), _file(folder / "test.tsv", [lines[place] for place in held])


def _printed(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """Exactly one JSON document is on standard output."""
    document: dict[str, object] = json.loads(capsys.readouterr().out)
    return document


def test_it_prints_one_document_of_the_metrics_that_were_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train, test = _camps(tmp_path)
    assert main(["evaluate", "--train", train, "--test", test, "--k", "5,20"]) == 0
    document = _printed(capsys)
    assert document["users"] == 60
    metrics = {"recall@5", "ndcg@5", "recall@20", "ndcg@20", "coverage@10", "gini@10", "seconds", "model"}
    assert metrics <= document.keys()
    assert "recall@10" not in document
    assert 0.15 < float(str(document["recall@5"])) < float(str(document["recall@20"])) <= 1


def test_who_has_no_history_gets_what_most_listen_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train = _file(tmp_path / "train.tsv", [f"fan {n}\t{song}\t1" for n in range(6) for song in ("hit", f"own {n}")])
    test = _file(tmp_path / "test.tsv", ["stranger\thit\t1"])
    assert main(["evaluate", "--train", train, "--test", test, "--k", "1"]) == 0
    assert _printed(capsys)["recall@1"] == 1


def test_lists_longer_than_the_catalogue_hold_all_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train, test = _camps(tmp_path)
    assert main(["evaluate", "--train", train, "--test", test, "--k", "10000"]) == 0
    assert _printed(capsys)["recall@10000"] == 1


def test_an_item_that_was_never_trained_on_can_only_be_missed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = _file(tmp_path / "train.tsv", [f"fan {n}\tsong {s}\t2" for n in range(5) for s in range(n % 2, 8, 2)])
    test = _file(tmp_path / "test.tsv", ["fan 0\tunheard of\t1", "fan 0\tsong 1\t1"])
    assert main(["evaluate", "--train", train, "--test", test, "--k", "4"]) == 0
    assert _printed(capsys)["recall@4"] == 0.5


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("fan\tsong\tnan", "line 2"),
        ("fan\tsong\t-1", "line 2"),
        ("fan\tsong\tinf", "line 2"),
        ("fan\tsong\tmany", "line 2"),
        ("fan\tsong", "line 2"),
        ("fan song 1", "line 2"),
        ("\tsong\t1", "line 2"),
        ("fan\tsong\t1\t2", "line 2"),
    ],
)
def test_a_line_of_no_use_is_refused_by_file_and_line(
    line: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = _file(tmp_path / "train.tsv", ["fan\tother\t1", line])
    test = _file(tmp_path / "test.tsv", ["fan\tsong\t1"])
    assert main(["evaluate", "--train", train, "--test", test]) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert train in streams.err
    assert said in streams.err
    assert len(streams.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("train_lines", "test_lines"),
    [([], ["fan\tsong\t1"]), (["fan\tsong\t0"], ["fan\tsong\t1"]), (["fan\tsong\t1"], [])],
)
def test_files_without_plays_are_refused(
    train_lines: list[str], test_lines: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train, test = _file(tmp_path / "train.tsv", train_lines), _file(tmp_path / "test.tsv", test_lines)
    assert main(["evaluate", "--train", train, "--test", test]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_files_that_can_t_be_read_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    test = _file(tmp_path / "test.tsv", ["fan\tsong\t1"])
    (tmp_path / "latin.tsv").write_bytes(b"fan\tmot\xf6rhead\t1\n")
    for train in ("missing.tsv", "latin.tsv", "."):
        assert main(["evaluate", "--train", str(tmp_path / train), "--test", test]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("cutoffs", ["0", "-1", "ten", "", "10,,20", "1000000000", "1.5"])
def test_cutoffs_that_are_none_are_refused(cutoffs: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train, test = _camps(tmp_path, users=4)
    with pytest.raises(SystemExit) as stopped:
        main(["evaluate", "--train", train, "--test", test, f"--k={cutoffs}"])
    assert stopped.value.code == 2
    assert capsys.readouterr().out == ""
