"""Counts the plays of a CSV with DuckDB on one thread, and prints the seconds of each count as JSON."""

import json
import sys
import time

import duckdb

database = duckdb.connect(config={"threads": 1})
database.execute(
    "create table play as select * from read_csv(?, header = false, columns = {"
    "'listener': 'int', 'artist': 'int', 'track': 'int', 'verdict': 'varchar'})",
    [sys.argv[1]],
)
database.execute("create table rollup as select artist, verdict, count(*) as plays from play group by all")


def seconds(query: str) -> float:
    taken = []
    for _ in range(3):
        begun = time.perf_counter()
        database.execute(query).fetchall()
        taken.append(time.perf_counter() - begun)
    return sorted(taken)[1]


print(
    json.dumps(
        {
            "rows": database.execute("select count(*) from play").fetchone()[0],
            "byArtist": seconds("select artist, verdict, count(*) from play group by all"),
            "byFanAndTrack": seconds(
                "select count(*), sum(plays) from (select listener, artist, track, verdict, count(*) as plays"
                " from play group by all)"
            ),
        }
    )
)
