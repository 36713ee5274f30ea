"""Runs in arrays, against the loops that they stand for."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from search.whoosh.runs import heads, spans

FEW = some.integers(0, 3)


@given(some.lists(some.tuples(FEW, FEW), max_size=20))
def test_a_run_begins_where_a_row_differs_from_the_one_before(rows: list[tuple[int, int]]) -> None:
    columns = np.array(rows, np.int32).reshape(-1, 2).T
    wanted = [at == 0 or row != rows[at - 1] for at, row in enumerate(rows)]
    assert heads(*columns).tolist() == wanted
    wanted = [at == 0 or row[0] != rows[at - 1][0] for at, row in enumerate(rows)]
    assert heads(columns[0]).tolist() == wanted


@given(some.lists(some.tuples(some.integers(0, 9), FEW), max_size=20))
def test_spans_are_the_rows_of_each_run_in_turn(runs: list[tuple[int, int]]) -> None:
    begins, sizes = np.array(runs, np.int32).reshape(-1, 2).T
    wanted = [row for begin, size in runs for row in range(begin, begin + size)]
    assert spans(begins, sizes).tolist() == wanted
