"""What ``pytest --markers`` says of the marker."""

import dataclasses

import pytest

from pytest_bedrock_jobs.service.options import Settings


def test_the_help_names_every_option(pytestconfig: pytest.Config) -> None:
    """In the order in which the options are documented."""
    [line] = [line for line in pytestconfig.getini("markers") if line.startswith("bedrock_jobs(")]
    names = ", ".join(field.name for field in dataclasses.fields(Settings))
    assert line.startswith(f"bedrock_jobs(*, {names}): ")
