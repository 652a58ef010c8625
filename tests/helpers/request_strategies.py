"""Random requests, drawn from botocore's input shapes: legal ones, nearly legal ones, and ones about what exists."""

from __future__ import annotations

import copy
import datetime
import functools
import re

from hypothesis import strategies as st

from pytest_bedrock_jobs.service.wire.codec import linear

_TIMES = st.datetimes(
    min_value=datetime.datetime(2020, 1, 1),
    max_value=datetime.datetime(2035, 1, 1),
    timezones=st.just(datetime.timezone.utc),
)
_ADDED = ("!", "-", "_", ".", ":", "/", " ", "\n", "\u00e9", "\u0663", "a", "0", "%2F", "?", "#", "aws:")
_INSTEAD = ("", None, 0, -1, 1001, 2.5, True, [], {}, ["a"], {"a": "b"}, [None], "x" * 3000, "a" + "-" * 40 + "!")
_COUNTS = st.sampled_from([1, 2, 2, 3, 49, 50, 51, 200, 201])
_INDEX = st.integers(min_value=0, max_value=999)
_IN_TEN = st.integers(min_value=0, max_value=9)


def draw_request(draw, shape, known):
    """The parameters of one request.

    Args:
        draw: Hypothesis's.
        shape: The operation's input shape.
        known: Identifiers, names and tokens of what exists somewhere; and of what nearly does.
    """
    parameters = _structure(draw, shape, known)
    if draw(_IN_TEN) < 3:
        return _spoiled(draw, parameters)
    return parameters


def _value(draw, shape, known):
    return _DRAWN[shape.type_name](draw, shape, known)


def _structure(draw, shape, known):
    if shape.is_tagged_union:
        name = draw(st.sampled_from(sorted(shape.members)))
        return {name: _value(draw, shape.members[name], known)}
    optional = [name for name in shape.members if name not in shape.required_members]
    names = list(shape.required_members)
    if optional:
        names += draw(st.lists(st.sampled_from(optional), unique=True, max_size=4))
    return {name: _value(draw, shape.members[name], known) for name in names}


def _map(draw, shape, known):
    keys = [_value(draw, shape.key, known) for _ in range(draw(st.integers(min_value=0, max_value=2)))]
    return {key: _value(draw, shape.value, known) for key in keys}


def _list(draw, shape, known):
    if draw(_IN_TEN) < 8:
        size = draw(st.integers(min_value=shape.metadata.get("min", 0), max_value=3))
        return [_value(draw, shape.member, known) for _ in range(size)]
    count, first = draw(_COUNTS), draw(_IN_TEN)
    texts = [f"key-{number}" for number in range(first, first + count)]
    return [{"key": text, "value": ""} for text in texts] if shape.member.type_name == "structure" else texts


def _string(draw, shape, known):
    if enum := shape.metadata.get("enum"):
        return draw(st.sampled_from(enum))
    fitting = [fit for fit in (_fitting(shape, texts) for texts in known) if fit]
    if fitting and (way := draw(_IN_TEN)) < 8:
        fitting = fitting[0 if way < 6 else -1]
        if way < 4:
            fitting = [text for text in fitting if text.startswith("arn:")] or fitting
        # Ids are new in every run, so how many fit may differ by one: the number drawn does not depend on it.
        return fitting[draw(_INDEX) % len(fitting)]
    return draw(_legal_text(shape.metadata.get("pattern", r"\S*"), shape.metadata.get("max", 100)))


def _fitting(shape, known):
    """What exists and has the member's form; nothing for keys and values of tags, which would all be names."""
    pattern = shape.metadata.get("pattern")
    if pattern is None or shape.name in ("TagKey", "TagValue"):
        return []
    return [text for text in known if re.fullmatch(linear(pattern), text, re.ASCII)]


@functools.cache
def _legal_text(pattern, longest):
    # A "$" in Python lets a newline follow, "\Z" does not.
    whole = re.compile(rf"\A(?:{linear(pattern)})\Z", re.ASCII)
    text = st.from_regex(whole, alphabet=st.characters(max_codepoint=126))
    return text.filter(lambda drawn: 1 <= len(drawn) <= longest)


def _integer(draw, shape, known):
    return draw(st.sampled_from([1, 2, 3, 1000]))


def _timestamp(draw, shape, known):
    return draw(_TIMES)


def _boolean(draw, shape, known):
    return draw(st.booleans())


_DRAWN = {
    "structure": _structure,
    "map": _map,
    "list": _list,
    "string": _string,
    "integer": _integer,
    "float": _integer,
    "timestamp": _timestamp,
    "boolean": _boolean,
}


def _spoiled(draw, parameters):
    """The same with one value, at any depth, made nearly legal, plainly wrong, or missing."""
    spoiled = copy.deepcopy(parameters)
    places = list(_places(spoiled))
    if not places:
        return {"nextToken": "thin air"}
    container, key = draw(st.sampled_from(places))
    value, way = container[key], draw(_IN_TEN)
    if isinstance(value, str) and way < 6:
        at, added = draw(st.sampled_from([0, len(value) // 2, len(value)])), draw(st.sampled_from(_ADDED))
        container[key] = value[:at] + added + value[at:]
    elif isinstance(value, dict) and way < 5:
        value["unknownMember"] = "a"
    elif isinstance(value, list) and value and way < 5:
        value.append(copy.deepcopy(value[0]))
    elif way == 9:
        del container[key]
    else:
        container[key] = draw(st.sampled_from(_INSTEAD))
    return spoiled


def _places(value):
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield value, key
        if isinstance(item, (dict, list)):
            yield from _places(item)
