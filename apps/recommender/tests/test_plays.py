from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import AS_OF, PLAYS, listener, play, write_erased, write_plays, write_tracks

from backline_recommender.catalogue import NO_DAY, read_catalogue
from backline_recommender.parquet import ExportError
from backline_recommender.plays import MAX_PLAYS_A_DAY, PlayLog, play_values, read_plays

NOON = datetime(2026, 11, 22, 11, tzinfo=UTC)


def track(track_id: int, artist_id: int = 1, **more: object) -> dict[str, object]:
    return {"track_id": track_id, "artist_id": artist_id, "tags": [], "duration_ms": 200_000} | more


def export_of(home: Path, plays: list[dict[str, object]], tracks: int = 3) -> Path:
    write_tracks(home, [track(number + 1) for number in range(tracks)])
    (home / "plays").mkdir(exist_ok=True)
    write_plays(home, plays)
    return home


def log_of(home: Path, plays: list[dict[str, object]]) -> PlayLog:
    export = export_of(home, plays)
    return read_plays(export, read_catalogue(export), AS_OF)


def test_a_catalogue_is_read_by_id_with_its_tags_cleaned(tmp_path: Path) -> None:
    rows = [
        track(7, 2, tags=["Dub", " dub ", "Live"], genre="Techno", released_on=date(2026, 1, 2)),
        track(3, 1, tags=None, duration_ms=None),
    ]
    write_tracks(tmp_path, rows)
    catalogue = read_catalogue(tmp_path)
    assert catalogue.track_ids.tolist() == [3, 7]
    assert catalogue.artist_ids.tolist() == [1, 2]
    assert catalogue.tags == ((), ("dub", "live", "techno"))
    assert catalogue.released_on.tolist() == [NO_DAY, (date(2026, 1, 2) - date(1970, 1, 1)).days]
    assert catalogue.duration_ms.tolist() == [0, 200_000]
    assert catalogue.rows_of(np.array([7, 3, 4, 2**53])).tolist() == [1, 0, -1, -1]


def test_an_empty_catalogue_has_no_rows(tmp_path: Path) -> None:
    write_tracks(tmp_path, [])
    catalogue = read_catalogue(tmp_path)
    assert catalogue.size == 0
    assert catalogue.rows_of(np.array([1])).tolist() == [-1]


@pytest.mark.parametrize("ids", [[1, 1], [0, 1]])
def test_ids_that_cannot_be_are_refused(tmp_path: Path, ids: list[int]) -> None:
    write_tracks(tmp_path, [track(number) for number in ids])
    with pytest.raises(ExportError, match=r"tracks\.parquet"):
        read_catalogue(tmp_path)


def test_pairs_are_summed_over_files_and_days(tmp_path: Path) -> None:
    plays = [
        play(0, 1, 1, NOON),
        play(0, 1, 1, NOON - timedelta(days=1)),
        play(1, 2, 1, NOON, ms_played=200_000),
        play(1, 1, 1, NOON, ms_played=29_999),
    ]
    log = log_of(tmp_path, plays)
    assert log.counts.plays == 4
    assert log.counts.listeners == 2
    assert list(zip(log.listeners.tolist(), log.tracks.tolist(), strict=True)) == [(0, 0), (1, 1)]
    assert log.strengths[1] == pytest.approx(1.0, rel=0.01)
    assert log.strengths[0] == pytest.approx(1.8, rel=0.02)
    assert log.sums.heard.tolist() == pytest.approx([1.8, 1, 0])
    assert log.sums.passed.tolist() == pytest.approx([1.2, 0, 0])
    assert log.counts.data_through == NOON


def test_older_plays_weigh_less(tmp_path: Path) -> None:
    log = log_of(tmp_path, [play(0, 1, 1, NOON), play(1, 1, 1, NOON - timedelta(days=75))])
    assert log.strengths[0] == pytest.approx(log.strengths[1] / 2, rel=0.01)
    assert log.sums.recent[0] < log.sums.popularity[0]


def test_a_track_played_all_day_counts_as_a_few_plays(tmp_path: Path) -> None:
    plays = [play(0, 1, 1, NOON - timedelta(minutes=4 * number), ms_played=200_000) for number in range(100)]
    log = log_of(tmp_path, plays)
    assert log.strengths[0] == pytest.approx(MAX_PLAYS_A_DAY, rel=0.01)
    assert log.sums.popularity[0] == pytest.approx(1, rel=0.01)


def test_the_cap_of_a_day_holds_across_files(tmp_path: Path) -> None:
    export = export_of(tmp_path, [])
    folder = export / "plays" / "day=2026-11-22"
    folder.mkdir()
    for number in range(4):
        rows = [play(0, 1, 1, NOON, ms_played=200_000) for _ in range(4)]
        pq.write_table(pa.Table.from_pylist(rows, PLAYS), folder / f"part-{number}.parquet")
    log = read_plays(export, read_catalogue(export), AS_OF)
    assert log.strengths[0] == pytest.approx(MAX_PLAYS_A_DAY, rel=0.01)


def test_trust_stays_with_the_pair(tmp_path: Path) -> None:
    log = log_of(tmp_path, [play(0, 1, 1, NOON, trust=0.1), play(1, 1, 1, NOON, trust=0.0)])
    assert log.trusts.tolist() == pytest.approx([0.1])
    assert log.sums.popularity[0] == pytest.approx(0.09, rel=0.02)


def test_rows_of_no_use_are_passed_over_and_counted(tmp_path: Path) -> None:
    plays = [
        play(0, 1, 1, NOON, trust=float("nan")),
        play(0, 1, 1, NOON, trust=float("inf")),
        play(0, 1, 1, NOON, trust=-1),
        play(0, 1, 1, NOON, trust=2),
        play(0, 99, 1, NOON),
        play(0, 1, 1, NOON + timedelta(days=2)),
        play(0, 1, 1, NOON, ms_played=-5),
        play(0, 1, 1, NOON),
    ]
    log = log_of(tmp_path, plays)
    assert (log.counts.passed_over, log.counts.plays) == (7, 1)
    assert np.isfinite(log.sums.popularity).all()


def test_the_erased_are_not_learnt_from(tmp_path: Path) -> None:
    export = export_of(tmp_path, [play(0, 1, 1, NOON), play(1, 2, 1, NOON)])
    write_erased(export, [listener(0)])
    log = read_plays(export, read_catalogue(export), AS_OF)
    assert log.counts.listeners == 1
    assert log.sums.popularity[0] == 0


def test_no_plays_at_all_is_an_empty_log(tmp_path: Path) -> None:
    log = log_of(tmp_path, [])
    assert (log.counts.listeners, log.counts.plays, log.counts.data_through) == (0, 0, None)


def test_files_that_are_being_written_are_passed_over(tmp_path: Path) -> None:
    export = export_of(tmp_path, [play(0, 1, 1, NOON)])
    (export / "plays" / "day=2026-11-22" / ".half.parquet").write_bytes(b"PAR1")
    assert read_plays(export, read_catalogue(export), AS_OF).counts.plays == 1


def _foreign_type(path: Path) -> None:
    pq.write_table(pq.read_table(path).set_column(1, "track_id", pa.array(["x"])), path)


def _missing_column(path: Path) -> None:
    pq.write_table(pq.read_table(path).drop_columns(["trust"]), path)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def _cut_in_half(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])


def _overwritten(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[4 : len(raw) // 2] = b"\xff" * (len(raw) // 2 - 4)
    path.write_bytes(raw)


@pytest.mark.parametrize(
    "spoil", [_foreign_type, _missing_column, _cut, _cut_in_half, _overwritten, lambda path: path.write_bytes(b"")]
)
def test_a_spoilt_file_is_refused_by_its_name(tmp_path: Path, spoil) -> None:  # type: ignore[no-untyped-def]
    export = export_of(tmp_path, [play(0, 1, 1, NOON)])
    path = export / "plays" / "day=2026-11-22" / "plays.parquet"
    spoil(path)
    with pytest.raises(ExportError, match=str(path)):
        read_plays(export, read_catalogue(export), AS_OF)


def test_a_missing_export_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"tracks\.parquet"):
        read_catalogue(tmp_path / "nowhere")


@given(
    st.lists(st.tuples(st.integers(0, 86_400_000), st.integers(0, 10_000_000)), min_size=1, max_size=30),
)
def test_a_play_is_worth_its_heard_part_and_never_more_than_one(plays: list[tuple[int, int]]) -> None:
    ms, duration = (np.array(column, dtype=np.int64) for column in zip(*plays, strict=True))
    values = play_values(ms, duration)
    assert ((values >= 0) & (values <= 1)).all()
    assert (values[(ms < 30_000) & (ms < np.maximum(duration, 1))] == 0).all()
