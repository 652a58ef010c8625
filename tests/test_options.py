"""The options, the same for every way to activate the mock."""

from __future__ import annotations

import enum

import pytest

from pytest_bedrock_jobs import BedrockJobs, UnknownOptionError, UsageError, mock_bedrock_jobs


@pytest.fixture(params=[BedrockJobs, mock_bedrock_jobs])
def make(request):
    """What takes the options."""
    return request.param


def test_an_unknown_option_lists_the_right_ones(make):
    """The error names the option and all there are, the nearest first, and is a TypeError as Python's own is."""
    with pytest.raises(UnknownOptionError) as caught:
        make(quota=True)
    assert str(caught.value).startswith("bedrock_jobs: there is no option 'quota'; there are: quotas, account_id, ")
    assert isinstance(caught.value, (TypeError, UsageError))
    with pytest.raises(TypeError, match="there are: region, "):
        make(regoin="us-east-1")


@pytest.mark.parametrize(
    ("options", "reported"),
    [
        ({"account_id": "12345678901"}, "account_id is a string of 12 digits, not '12345678901'"),
        ({"account_id": "12345678901a"}, "account_id is a string of 12 digits, not '12345678901a'"),
        ({"account_id": None}, "account_id is a string of 12 digits, not None"),
        ({"account_id": 123456789012}, "account_id is a string of 12 digits, not 123456789012"),
        ({"region": "Frankfurt"}, "region is a Region's name such as 'us-east-1', not 'Frankfurt'"),
        ({"region": ""}, "region is a Region's name such as 'us-east-1', not ''"),
        ({"region": 1}, "region is a Region's name such as 'us-east-1', not 1"),
        ({"quotas": "yes"}, "quotas is True or False, not 'yes'"),
        ({"quotas": None}, "quotas is True or False, not None"),
    ],
)
def test_a_wrong_value_of_an_option_is_reported(make, options, reported):
    """A value that an option cannot have is a UsageError that says what it can have."""
    with pytest.raises(UsageError) as caught:
        make(**options)
    command = 'python -m pytest_bedrock_jobs help "An option or a target that is refused"'
    assert str(caught.value) == f"{reported}. See: {command}"


def test_options_are_keyword_only():
    """BedrockJobs takes nothing by position."""
    with pytest.raises(TypeError):
        BedrockJobs("123456789012")


def test_by_default_account_and_region_are_those_of_awss_examples(monkeypatch):
    """Without options and environment the account and the Region are those of AWS's examples."""
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    with mock_bedrock_jobs() as jobs:
        assert (jobs.account_id, jobs.region) == ("123456789012", "us-east-1")


def test_the_region_of_the_environment_stays(monkeypatch):
    """A Region that is set is the mock's, unless an option names another."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    with mock_bedrock_jobs() as jobs:
        assert (jobs.region, jobs.client().meta.region_name) == ("eu-west-3", "eu-west-3")
    with mock_bedrock_jobs(region="us-west-2") as jobs:
        assert (jobs.region, jobs.client().meta.region_name) == ("us-west-2", "us-west-2")


class Text(str, enum.Enum):
    """Texts as programs keep them; in an f-string of Python 3.12 each is the name of its member."""

    REGION = "eu-west-1"
    ACCOUNT = "111122223333"
    BASE = "amazon.nova-micro-v1"
    NAME = "llama"


def test_a_member_of_an_enum_is_its_text():
    """In options, and in what a test adds."""
    with mock_bedrock_jobs(region=Text.REGION, account_id=Text.ACCOUNT) as jobs:
        added = jobs.add_import_job(Text.NAME), jobs.add_custom_model(base_model=Text.BASE)
    with mock_bedrock_jobs() as jobs:
        place = {"region": Text.REGION, "account_id": Text.ACCOUNT}
        added += jobs.add_import_job(Text.NAME, **place), jobs.add_custom_model(base_model=Text.BASE, **place)

    assert all(record.arn.startswith("arn:aws:bedrock:eu-west-1:111122223333:") for record in added)
    assert repr(added[0]).startswith("<ImportJob llama InProgress")
    assert "/amazon.nova-micro-v1/" in added[1].arn
