"""Timing in pairs: ours and the peer take turns, so that a busy machine slows both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

Side = Callable[[int], float]
"""Does something that many times and returns the seconds for each; what it needs for that is set up off the clock."""


class Effort(NamedTuple):
    """How long to measure.

    Attributes:
        rounds: Pairs of ours and the peer in one process.
        calls: Calls in each half of such a pair.
        runs: Pairs of whole processes.
        jobs: The larger number of jobs in a store.
    """

    rounds: int
    calls: int
    runs: int
    jobs: int


# Many short rounds: other work of the machine then affects both halves of a pair, or few pairs.
FULL = Effort(rounds=151, calls=10, runs=5, jobs=100_000)
QUICK = Effort(rounds=21, calls=10, runs=2, jobs=20_000)


class Measured(NamedTuple):
    """The result: seconds, bytes or instructions.

    Attributes:
        ours: The median of our side.
        peer: The median of the other side, or None without one.
        ratios: The lower quartile, the median and the upper quartile of ours over peer, round by round.
        more: The median of ours minus peer, round by round.
    """

    ours: float
    peer: float | None = None
    ratios: tuple[float, float, float] | None = None
    more: float | None = None


class Bound(NamedTuple):
    """What the figure must be; without any limit it is only shown.

    Attributes:
        ratio: The most that ours may be of the peer.
        ours: What ours must be under.
        more: What ours must be under when the peer is subtracted.
    """

    ratio: float | None = None
    ours: float | None = None
    more: float | None = None

    def met(self, measured: Measured) -> bool:
        """Whether every limit is kept."""
        ratio = measured.ratios[1] if measured.ratios else None
        return all(
            limit is None or (value is not None and value <= limit)
            for limit, value in ((self.ratio, ratio), (self.ours, measured.ours), (self.more, measured.more))
        )


SHOWN = Bound()


class Row(NamedTuple):
    """One row of the table.

    Attributes:
        name: What is measured.
        beside: What it is compared with.
        bound: What it must be, if a user feels it.
        measure: Measures it; returns a text that says what is missing if it cannot.
        unit: ``s``, ``B`` or ``instr.``.
    """

    name: str
    beside: str
    bound: Bound
    measure: Callable[[Effort], Measured | str]
    unit: str = "s"


class Clock:
    """Time that passes, or, where other work runs on the machine, the processor's time that is spent."""

    def __init__(self) -> None:
        self.cpu = False

    def now(self) -> float:
        """The seconds of this process."""
        return (time.process_time_ns() if self.cpu else time.perf_counter_ns()) / 1e9

    def of_children(self) -> float:
        """The seconds of processes that this one starts and waits for."""
        if not self.cpu:
            return time.perf_counter()
        import resource  # not on Windows: these rows need another system

        used = resource.getrusage(resource.RUSAGE_CHILDREN)  # to the microsecond; os.times counts in hundredths
        return used.ru_utime + used.ru_stime


CLOCK = Clock()


def each(number: int, call: Callable[[], object]) -> float:
    """The seconds of one call, out of this many."""
    start = CLOCK.now()
    for _ in range(number):
        call()
    return (CLOCK.now() - start) / number


def repeated(call: Callable[[], object]) -> Side:
    """A side that only calls."""
    return lambda number: each(number, call)


def paired(ours: Side, peer: Side, rounds: int, calls: int) -> Measured:
    """Measure two sides in alternating order, after one round that does not count."""
    ours(calls), peer(calls)
    return summed_up([_pair(ours, peer, calls, ours_first=number % 2 == 0) for number in range(rounds)])


def summed_up(pairs: list[tuple[float, float]]) -> Measured:
    """The figures of rounds, each of which gave ours and the peer's."""
    ours, peers = zip(*pairs, strict=True)
    lower, middle, upper = statistics.quantiles([a / b for a, b in pairs], n=4, method="inclusive")
    more = statistics.median(a - b for a, b in pairs)
    return Measured(statistics.median(ours), statistics.median(peers), (lower, middle, upper), more)


def _pair(ours: Side, peer: Side, calls: int, *, ours_first: bool) -> tuple[float, float]:
    if ours_first:
        return ours(calls), peer(calls)
    second = peer(calls)
    return ours(calls), second
