"""Random values of botocore's shapes, and what becomes of them in JSON."""

from __future__ import annotations

import base64
import datetime

from hypothesis import strategies as st

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
_LEAVES = {
    "string": _TEXTS,
    "boolean": st.booleans(),
    "integer": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(allow_nan=False, allow_infinity=False),
    "double": st.floats(allow_nan=False, allow_infinity=False),
    "blob": st.binary(max_size=20),
    "timestamp": st.datetimes(
        min_value=datetime.datetime(1971, 1, 1),
        max_value=datetime.datetime(2100, 1, 1),
        timezones=st.just(datetime.timezone.utc),
    ).map(lambda time: time.replace(microsecond=0)),
}
_HEADERS = st.text("abcXYZ019-_./ ", min_size=1, max_size=8).map(str.strip).filter(bool)
_DOCUMENTS = st.dictionaries(
    _TEXTS,
    st.recursive(
        st.none() | st.booleans() | st.integers() | _TEXTS,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_TEXTS, inner, max_size=2),
        max_leaves=4,
    ),
    max_size=2,
)
_DEEPEST = 6


@st.composite
def values(draw, shape, depth=0):
    """A value with the fields that the shape requires, and some of the others.

    Args:
        draw: Hypothesis's.
        shape: botocore's shape; its patterns and limits do not count.
        depth: How deep the value lies in another.
    """
    if shape.metadata.get("document"):
        return draw(_DOCUMENTS)
    if shape.type_name == "structure":
        required = list(shape.required_members)
        optional = [name for name in shape.members if name not in required]
        if shape.is_tagged_union:
            names = [draw(st.sampled_from(optional))]
        else:
            some = st.lists(st.sampled_from(optional), unique=True, max_size=3) if optional else st.just([])
            names = required + draw(some if depth < _DEEPEST else st.just([]))
        return {name: draw(_fields(shape.members[name], depth + 1)) for name in names}
    size = st.integers(0, 2 if depth < _DEEPEST else 0)
    if shape.type_name == "list":
        return [draw(values(shape.member, depth + 1)) for _ in range(draw(size))]
    if shape.type_name == "map":
        return {draw(values(shape.key)): draw(values(shape.value, depth + 1)) for _ in range(draw(size))}
    return draw(_LEAVES[shape.type_name])


def _fields(shape, depth):
    return _HEADERS if shape.serialization.get("location") == "header" else values(shape, depth)


def in_json(shape, value):
    """A value as the JSON of a request has it: Base64 and ISO 8601."""
    if shape.metadata.get("document"):
        return value
    if shape.type_name == "structure":
        return {name: in_json(shape.members[name], item) for name, item in value.items()}
    if shape.type_name == "list":
        return [in_json(shape.member, item) for item in value]
    if shape.type_name == "map":
        return {key: in_json(shape.value, item) for key, item in value.items()}
    if shape.type_name == "blob":
        return base64.b64encode(value).decode()
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if shape.type_name == "timestamp" else value
