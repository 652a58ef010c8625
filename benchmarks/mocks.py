"""Start and stop of an empty mock, compared with moto's."""

from __future__ import annotations

from pytest_bedrock_jobs import mock_bedrock_jobs

from .measuring import Bound, Effort, Measured, Row, paired, repeated


def ours() -> None:
    """Start and stop a mock."""
    with mock_bedrock_jobs():
        pass


def _moto() -> None:
    from moto import mock_aws

    with mock_aws():
        pass


def _measure(effort: Effort) -> Measured:
    return paired(repeated(ours), repeated(_moto), effort.rounds, effort.calls)


ROWS = (Row("start and stop of an empty mock", "moto.mock_aws()", Bound(0.04), _measure),)
