"""The table behind every list and every name, beside plain lists."""

from __future__ import annotations

import datetime
import tracemalloc
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lives import start_copy

from pytest_bedrock_jobs.service import arns
from pytest_bedrock_jobs.service.store.table import Table

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
HERE, THERE = (arns.Scope("123456789012", region, "aws") for region in ("us-east-1", "eu-west-1"))
ADDED = st.tuples(
    st.just("add"), st.integers(0, 7), st.sampled_from("abc"), st.sampled_from([HERE, HERE, THERE]), st.booleans()
)
REMOVED = st.tuples(st.just("remove"), st.integers(0, 7))
CHANGES = st.lists(st.one_of(ADDED, REMOVED), max_size=60)


class Plain(list):
    """What a table holds, in the order of its additions: pairs of a row's position and its scopes beside a record."""

    def listed(self, scope):
        """The records that a scope's lists show, sorted by position."""
        rows = [row for row in self if scope in row.scopes]
        return sorted(rows, key=lambda row: row.position)

    def named(self, scope, name):
        """The records of this name that belong to a scope, oldest first."""
        return [row.record for row in self if row.scopes[0] == scope and row.record.name == name]


def after(changes):
    """A table and the plain list of the same, after records were added at a time or removed by a number."""
    table, plain = Table(), Plain()
    for serial, (change, number, *options) in enumerate(changes):
        if change == "add":
            name, scope, shared = options
            record = SimpleNamespace(
                arn=f"arn:{serial}", name=name, creation_time=START + datetime.timedelta(seconds=number)
            )
            scopes = (scope, THERE) if shared and scope == HERE else (scope,)
            table.add(scope, record)
            table.share(record.arn, scopes[1:])
            # The table's own numbers count additions only; these grow in the same order.
            plain.append(SimpleNamespace(record=record, position=(record.creation_time, serial), scopes=scopes))
        elif plain:
            table.remove(plain.pop(number % len(plain)).record.arn)
    return table, plain


def records(rows):
    """The records of rows."""
    return [row.record for row in rows]


@given(CHANGES)
def test_a_list_shows_its_records_sorted_by_time_and_counts_them(changes):
    """Whatever is added and removed, from either end, with records of equal time in the order they were added."""
    table, plain = after(changes)
    for scope in (HERE, THERE):
        expected = records(plain.listed(scope))
        assert records(table.walk(scope, None, descending=False)) == expected
        assert records(table.walk(scope, None, descending=True)) == expected[::-1]
        assert table.count(scope) == sum(row.scopes[0] == scope for row in plain)
    assert list(table.all()) == records(plain)


@example([("add", 3, "a", HERE, False)] * 8, 4, False)
@given(CHANGES, st.integers(0, 60), st.booleans())
def test_a_page_begins_behind_the_last_row_of_the_one_before(changes, number, gone):
    """That row need not be there any more."""
    table, _ = after(changes)
    if not (rows := list(table.walk(HERE, None, descending=False))):
        return
    last = rows[number % len(rows)]
    if gone:
        table.remove(last.record.arn)
    before, behind = rows[: number % len(rows)], rows[number % len(rows) + 1 :]
    assert list(table.walk(HERE, last.position, descending=False)) == behind
    assert list(table.walk(HERE, last.position, descending=True)) == before[::-1]


@given(CHANGES, st.booleans(), st.lists(st.booleans(), min_size=60, max_size=60))
def test_a_walk_misses_nothing_when_rows_are_removed_on_its_way(changes, descending, removals):
    """As when a list is the poll after which something is gone."""
    table, plain = after(changes)
    expected = records(plain.listed(HERE))
    met = []
    for row, removed in zip(table.walk(HERE, None, descending=descending), removals, strict=False):
        met.append(row.record)
        if removed:
            table.remove(row.record.arn)
    assert met == (expected[::-1] if descending else expected)


@given(CHANGES)
def test_a_name_stands_for_the_newest_that_is_left_in_its_scope(changes):
    """Whichever of a name goes, the first, the last or one between, the newest of the others is found."""
    table, plain = after(changes)
    for name in "abc":
        for scope in (HERE, THERE):
            assert table.find(scope, name) is next(reversed(plain.named(scope, name)), None)


@given(CHANGES)
def test_an_arn_is_found_by_those_who_may_see_it(changes):
    """Its own scope and those that it is shared with; the table itself finds it wherever it is."""
    table, plain = after(changes)
    left = {row.record.arn: row for row in plain}
    for serial in range(len(changes)):
        arn = f"arn:{serial}"
        row = left.get(arn)
        assert table.get(arn) is (row and row.record)
        for scope in (HERE, THERE):
            assert table.visible(scope, arn) is (row.record if row and scope in row.scopes else None)
            assert table.find(scope, arn) is (row.record if row and scope == row.scopes[0] else None)


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_three_models_of_one_name_can_be_deleted_in_any_order(bedrock_jobs, client, order):
    """Copies may share their name: it means the newest that is left, and nothing once all are deleted."""
    source = bedrock_jobs.add_custom_model("source")
    for _ in range(3):
        start_copy(client, source, targetModelName="ranker")
    left = [job.target_model_arn for job in bedrock_jobs.copy_jobs]
    for job in bedrock_jobs.copy_jobs:
        bedrock_jobs.complete(job)

    for arn in [left[number] for number in order]:
        assert client.get_custom_model(modelIdentifier="ranker")["modelArn"] == left[-1]
        client.delete_custom_model(modelIdentifier=arn)
        left.remove(arn)

    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_custom_model(modelIdentifier="ranker")
    assert [model.name for model in bedrock_jobs.custom_models] == ["source"]


def test_names_that_are_looked_for_and_not_there_leave_no_memory_behind():
    table = Table()
    tracemalloc.start()
    for number in range(10_000):
        assert table.find(HERE, f"name-{number}") is None
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept < 10_000
