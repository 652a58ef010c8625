"""What is found by a name that several have, beside a plain list of each name."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from pytest_bedrock_jobs.service.store.names import Named, Names

CHANGES = st.lists(st.tuples(st.booleans(), st.sampled_from("abc"), st.integers(0, 7)), max_size=60)


@given(CHANGES)
def test_a_name_stands_for_the_newest_that_is_left(changes):
    """Whichever of a name goes, the first, the last or one between, the newest of the others is found."""
    names, plain = Names(), defaultdict(list)
    for puts, name, number in changes:
        if puts:
            plain[name].append(Named())
            names.add(name, plain[name][-1])
        elif plain[name]:
            names.remove(name, plain[name].pop(number % len(plain[name])))
        assert names.get(name) is (plain[name][-1] if plain[name] else None)
        assert (name in names) == bool(plain[name])
