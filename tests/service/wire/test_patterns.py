"""AWS's patterns as they are matched: the same language, and never an exponential time."""

from __future__ import annotations

import itertools
import re

import patterns
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_bedrock_jobs.service.wire import codec

ALL = patterns.all_patterns()
JOB_NAME = r"[a-zA-Z0-9](-*[a-zA-Z0-9\+\-\.])*"
# A letter, a digit, and every character that some fragment names, with one that none does.
ALPHABET = "a0-_.+:"
# Few enough that the original, which doubles its time with each hyphen, is still quick.
MOST_HYPHENS = 14


def matches(pattern, text):
    """Whether AWS's pattern as it is written matches the whole text."""
    return re.fullmatch(pattern, text, re.ASCII) is not None


def test_the_service_model_has_the_patterns_this_file_is_about():
    """The walk over the operations finds patterns, the known exponential one among them."""
    assert len(ALL) >= 17
    assert JOB_NAME in ALL


@pytest.mark.parametrize(("slow", "fast"), codec._LINEAR.items())
def test_a_rewritten_fragment_matches_the_same_short_strings(slow, fast):
    """Both forms of a fragment agree on every string of up to six characters."""
    for length in range(7):
        for characters in itertools.product(ALPHABET, repeat=length):
            text = "".join(characters)
            assert matches(fast, text) == matches(slow, text), text


@pytest.mark.parametrize(("slow", "fast"), codec._LINEAR.items())
def test_a_rewritten_fragment_has_the_same_bounds(slow, fast):
    """Both forms of a fragment agree around the lengths at which a counted repetition ends."""
    runs = ["a" * length for length in (*range(4), *range(62, 66), *range(125, 129))]
    for first, second, third in itertools.product(runs, runs[:7], ["", ".", ".a", ".a.", ".a.a", ".a.a.a"]):
        text = f"{first}.{second}{third}" if second else first + third
        assert matches(fast, text) == matches(slow, text), text


@pytest.mark.parametrize("pattern", ALL)
def test_a_whole_pattern_matches_the_same_strings(pattern):
    """The form that is matched and AWS's agree on strings that match, and on those one character away."""
    check = codec.matcher(pattern)
    matching = st.from_regex(re.compile(codec.linear(pattern), re.ASCII), fullmatch=True)
    explosive = patterns.is_exponential(pattern)

    @settings(suppress_health_check=list(HealthCheck))
    @given(matching, st.integers(0, 200), st.sampled_from([*ALPHABET, "Z", "/", " ", "é", "\n", ""]), st.booleans())
    def agree(text, place, character, replaces):
        place %= len(text) + 1
        changed = text[:place] + character + text[place + replaces :]
        assert check(text)
        for candidate in (text, changed):
            if not explosive or candidate.count("-") <= MOST_HYPHENS:
                assert bool(check(candidate)) == matches(pattern, candidate), candidate

    agree()


@pytest.mark.parametrize("pattern", ALL)
def test_no_pattern_is_exponential(pattern):
    """The form that is matched has no two ways over one word from a state to itself."""
    assert not patterns.is_exponential(codec.linear(pattern))


@pytest.mark.parametrize(
    "pattern", [JOB_NAME, "(a*)*", "(a+)+b", "(a|a)*", "(a|aa)*", "(x(a?|b?))*", "([^:]|[-a])*", "(a?a?)*"]
)
def test_the_proof_finds_what_is_exponential(pattern):
    """AWS's job name as it is written, and the textbook's examples, are found."""
    assert patterns.is_exponential(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["[a-z]*", "(a|b)*", "(ab|ac)*", "a*a*", "(ab?)*", "(-a|b)+-?", "[a-z]{1,63}(a{2,3}b)*", r"(\S\s)*", "^a$"],
)
def test_the_proof_does_not_find_linear_and_polynomial_patterns(pattern):
    """Patterns of linear or polynomial time are not found."""
    assert not patterns.is_exponential(pattern)
