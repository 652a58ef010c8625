"""Records that share a name, found by it and deleted in any order."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lives import start_copy

from pytest_bedrock_jobs.service.store.table import Names

CHANGES = st.lists(st.tuples(st.booleans(), st.sampled_from("abc"), st.integers(0, 7)), max_size=60)


@given(CHANGES)
def test_a_name_stands_for_the_newest_that_is_left(changes):
    """Whichever of a name goes, the first, the last or one between, the newest of the others is found."""
    names, plain = Names(), defaultdict(list)
    for puts, name, number in changes:
        if puts:
            plain[name].append(object())
            names.add(name, plain[name][-1])
        elif plain[name]:
            names.remove(name, plain[name].pop(number % len(plain[name])))
        assert names.newest(name) is (plain[name][-1] if plain[name] else None)
        assert (name in names) == bool(plain[name])


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
