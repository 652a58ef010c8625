"""AWS's patterns of all operations that are or will be mocked, and a proof that matching one stays cheap."""

from __future__ import annotations

import functools
import re
from collections import Counter
from typing import NamedTuple

from support import service_model

try:
    from re import _constants as sre
    from re import _parser as sre_parser
except ImportError:  # Python 3.10
    import sre_constants as sre
    import sre_parse as sre_parser

OPERATIONS = (
    "CreateModelImportJob",
    "GetModelImportJob",
    "ListModelImportJobs",
    "GetImportedModel",
    "ListImportedModels",
    "DeleteImportedModel",
    "CreateModelCopyJob",
    "GetModelCopyJob",
    "ListModelCopyJobs",
    "CreateCustomModel",
    "GetCustomModel",
    "ListCustomModels",
    "DeleteCustomModel",
    "CreateCustomModelDeployment",
    "GetCustomModelDeployment",
    "ListCustomModelDeployments",
    "UpdateCustomModelDeployment",
    "DeleteCustomModelDeployment",
    "TagResource",
    "UntagResource",
    "ListTagsForResource",
)


def string_shapes():
    """Every string of the operations' inputs, as pairs of a path and botocore's shape."""
    # An older botocore has not heard of all of them.
    for operation in sorted({*OPERATIONS} & {*service_model().operation_names}, key=OPERATIONS.index):
        yield from _strings_in(service_model().operation_model(operation).input_shape, operation)


def all_patterns():
    """Every pattern of those strings, once, in the order of the service model."""
    return list(dict.fromkeys(s.metadata["pattern"] for _, s in string_shapes() if "pattern" in s.metadata))


def _strings_in(shape, path):
    if shape.type_name == "string":
        yield path, shape
    elif shape.type_name == "list":
        yield from _strings_in(shape.member, f"{path}.member")
    elif shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from _strings_in(member, f"{path}.{name}")


class Automaton(NamedTuple):
    """A pattern as Glushkov's automaton: a state per character class, and how often each follows each.

    A number over 1 tells that the matcher has several ways from one class to the next: ``(a*)*`` after an ``a``.
    Anchors are read as nothing, so the automaton may have more ambiguity than the pattern, and never less.
    """

    characters: list[frozenset[str]]
    follows: dict[int, Counter[int]]


class _Part(NamedTuple):
    """A part of a pattern: the states it starts and ends with, and in how many ways it matches nothing."""

    first: Counter[int]
    last: Counter[int]
    empty: int


_NOTHING = _Part(Counter(), Counter(), 1)
# Latin-1 and one character beyond it: no class of AWS's patterns tells more characters apart.
_ALPHABET = [*map(chr, range(256)), "\u2028"]


def automaton(pattern):
    """The automaton of a pattern, with counted repetitions written out."""
    result = Automaton([], {})
    _sequence(sre_parser.parse(pattern, re.ASCII), result)
    return result


def _sequence(items, result):
    part = _NOTHING
    for operator, argument in items:
        part = _then(part, _item(operator, argument, result), result)
    return part


def _item(operator, argument, result):
    if operator is sre.AT:
        return _NOTHING
    if operator is sre.SUBPATTERN:
        return _sequence(argument[3], result)
    if operator is sre.BRANCH:
        return functools.reduce(_either, [_sequence(branch, result) for branch in argument[1]])
    if operator is sre.MAX_REPEAT:
        return _repeat(*argument, result)
    return _state(frozenset(c for c in _ALPHABET if _is_one(operator, argument, c)), result)


def _state(characters, result):
    number = len(result.characters)
    result.characters.append(characters)
    result.follows[number] = Counter()
    return _Part(Counter([number]), Counter([number]), 0)


def _then(left, right, result):
    _connect(left.last, right.first, result)
    first = left.first + _times(right.first, left.empty)
    last = right.last + _times(left.last, right.empty)
    return _Part(first, last, min(2, left.empty * right.empty))


def _either(left, right):
    return _Part(left.first + right.first, left.last + right.last, min(2, left.empty + right.empty))


def _repeat(least, most, body, result):
    if most is sre.MAXREPEAT:
        tail = _sequence(body, result)
        _connect(tail.last, tail.first, result)
        if least == 0:
            tail = _either(tail, _NOTHING)
    else:
        tail = _NOTHING
        for _ in range(most - least):
            tail = _either(_then(_sequence(body, result), tail, result), _NOTHING)
    for _ in range(least - (most is sre.MAXREPEAT and least > 0)):
        tail = _then(_sequence(body, result), tail, result)
    return tail


def _connect(last, first, result):
    for state, ways in last.items():
        result.follows[state] += _times(first, ways)


def _times(states, ways):
    return Counter({state: number * ways for state, number in states.items() if ways})


def _is_one(operator, argument, character):
    if operator is sre.LITERAL:
        return ord(character) == argument
    if operator is sre.RANGE:
        return argument[0] <= ord(character) <= argument[1]
    if operator is sre.ANY:
        return character != "\n"
    if operator is sre.NOT_LITERAL:
        return ord(character) != argument
    if operator is sre.CATEGORY:
        is_space = bool(re.match(r"\s", character, re.ASCII))
        return {sre.CATEGORY_SPACE: is_space, sre.CATEGORY_NOT_SPACE: not is_space}[argument]
    assert operator is sre.IN, operator
    negated = argument[0][0] is sre.NEGATE
    return negated != any(_is_one(*item, character) for item in argument[negated:])


@functools.cache
def is_exponential(pattern):
    """Whether some state comes back to itself in two ways over one word: EDA, the mark of exponential matching.

    The test is the product construction: the pair (q, q) reaches itself through a pair of two different states, or
    through a step that can be made in two ways. (Weber and Seidl, "On the degree of ambiguity of finite automata".)
    Both ways stay among the states that q reaches and that reach q, so only those are paired: a counted repetition
    such as ``{1,2048}`` outside of any loop is written out, and costs nothing more.
    """
    machine = automaton(pattern)
    reach = _reachable(machine.follows)
    return any(_returns_in_two_ways(state, machine, reach) for state in reach if state in reach[state])


def _reachable(follows):
    """The states each state comes to, itself only through a loop; states without a way back to any are left out."""
    back = {state: {follower for follower in followers if follower <= state} for state, followers in follows.items()}
    found = {}
    for state in {follower for followers in back.values() for follower in followers}:
        found[state] = _closure(state, lambda one: follows[one])
    return found


def _closure(start, steps):
    seen, waiting = set(), list(steps(start))
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting.extend(steps(one))
    return seen


def _returns_in_two_ways(state, machine, reach):
    component = {other for other in reach[state] if state in _closure(other, lambda one: machine.follows[one])}

    def steps(node):
        """From a pair of states, and whether the two ways have parted, over one common character."""
        one, two, parted = node
        for left, left_ways in machine.follows[one].items():
            for right in machine.follows[two].keys() & component:
                if left in component and machine.characters[left] & machine.characters[right]:
                    yield left, right, parted or left != right or (one == two and left_ways > 1)

    return (state, state, True) in _closure((state, state, False), steps)
