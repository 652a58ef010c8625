"""The sorted sequence behind every list, beside a plain sorted list."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_bedrock_jobs.service.store import sorted_rows
from pytest_bedrock_jobs.service.store.sorted_rows import SortedRows

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
SMALL_BLOCK = 4
CHANGES = st.lists(st.tuples(st.booleans(), st.integers(0, 7)), max_size=60)


@pytest.fixture(autouse=True, scope="module")
def small_blocks():
    """Few rows fill a block, so that short examples have many."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(sorted_rows, "_LARGEST_BLOCK", SMALL_BLOCK)
        yield


def row_at(second, serial):
    """A row of this time; rows of one time differ in their serial."""
    return SimpleNamespace(position=(START + datetime.timedelta(seconds=second), serial))


def position_of(row):
    """What rows are sorted by."""
    return row.position


def after(changes):
    """SortedRows, and the sorted list of the same, after rows were put in at a time or taken out by a number."""
    blocks, plain = SortedRows(), []
    for serial, (puts, number) in enumerate(changes):
        if puts:
            row = row_at(number, serial)
            blocks.add(row)
            plain = sorted([*plain, row], key=position_of)
        elif plain:
            blocks.remove(plain.pop(number % len(plain)))
    return blocks, plain


@given(CHANGES)
def test_rows_are_a_sorted_list(changes):
    """Whatever goes in and out, all rows come in order, from either end, and are counted."""
    blocks, plain = after(changes)
    assert list(blocks.forward(None)) == plain
    assert list(blocks.backward(None)) == plain[::-1]
    assert len(blocks) == len(plain)


@example([(True, second) for second in (*range(8), *[3] * 8)], 3, 5)  # in the middle of several blocks
@given(CHANGES, st.integers(-1, 8), st.integers(-1, 60))
def test_a_walk_starts_behind_any_position(changes, second, serial):
    """A position need not be that of a row that is still there."""
    blocks, plain = after(changes)
    position = row_at(second, serial).position
    assert list(blocks.forward(position)) == [row for row in plain if row.position > position]
    assert list(blocks.backward(position)) == [row for row in plain[::-1] if row.position < position]


@given(CHANGES)
def test_no_block_is_empty_or_too_large(changes):
    """What moves when a row goes in or out is bounded, and no walk passes over nothing."""
    blocks, _ = after(changes)
    assert all(1 <= len(block) <= SMALL_BLOCK for block in blocks._blocks)
