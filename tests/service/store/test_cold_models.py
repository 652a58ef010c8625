"""Cold models: evicted when they are not called, restored by the first call."""

from __future__ import annotations

import datetime
import threading

import boto3
import pytest
from botocore.config import Config
from invoking import converse, error_of, invoke, runtime_client
from support import make_client

from pytest_bedrock_jobs import UsageError, mock_bedrock_jobs

COLD = ("ModelNotReadyException", 429, "Model is not ready for inference. Wait and try your request again.")
HOUR = datetime.timedelta(hours=1)


def requests_that_fail(arn, limit=20):
    """How many requests fail before one succeeds."""
    for number in range(limit):
        try:
            invoke(arn, prompt="Hello")
        except runtime_client().exceptions.ModelNotReadyException:
            continue
        return number
    return limit


def test_models_are_ready_by_default(bedrock_jobs):
    """Most tests of what models say are not about cold ones."""
    model = bedrock_jobs.add_imported_model("llama")
    assert requests_that_fail(model.arn) == 0
    bedrock_jobs.clock.advance(HOUR * 24)
    assert requests_that_fail(model.arn) == 0


@pytest.mark.bedrock_jobs(cold_models=True)
def test_six_requests_for_a_cold_model_fail(bedrock_jobs):
    """With the text and the status of AWS; then the model stays ready."""
    model = bedrock_jobs.add_imported_model("llama")
    assert error_of(converse, model.arn) == COLD
    assert requests_that_fail(model.arn) == 5
    assert requests_that_fail(model.arn) == 0


@pytest.mark.bedrock_jobs(cold_models=True)
@pytest.mark.parametrize("attempts", [None, 5])
def test_botocores_default_attempts_are_not_enough_for_a_cold_model(bedrock_jobs, attempts):
    """Neither botocore's default since 1.44 nor the one before."""
    model = bedrock_jobs.add_imported_model("llama")
    mode = {"total_max_attempts": attempts, "mode": "legacy"} if attempts else {}
    client = make_client("bedrock-runtime", config=Config(retries=mode))

    assert error_of(converse, model.arn, client=client) == COLD

    assert set(bedrock_jobs.calls[-1].responses) == {"ModelNotReadyException"}
    assert bedrock_jobs.calls[-1].attempts >= 3


@pytest.mark.needs("retries of cold models")
@pytest.mark.bedrock_jobs(cold_models=True)
def test_ten_standard_attempts_are_enough_for_a_cold_model(bedrock_jobs):
    """What AWS recommends; the sleeps pass on the mock's clock."""
    model = bedrock_jobs.add_imported_model("llama")
    client = boto3.client("bedrock-runtime", config=Config(retries={"total_max_attempts": 10, "mode": "standard"}))

    assert converse(model.arn, client=client)

    [call] = bedrock_jobs.calls
    assert call.responses == (*["ModelNotReadyException"] * 6, "200")


@pytest.mark.bedrock_jobs(cold_models=2)
def test_an_hour_without_a_call_makes_a_model_cold_again(bedrock_jobs):
    """Each call puts the eviction off."""
    model = bedrock_jobs.add_imported_model("llama")
    assert requests_that_fail(model.arn) == 2
    for _ in range(3):
        bedrock_jobs.clock.advance(HOUR - datetime.timedelta(seconds=1))
        assert requests_that_fail(model.arn) == 0
    bedrock_jobs.clock.advance(HOUR + datetime.timedelta(seconds=1))
    assert requests_that_fail(model.arn) == 2


@pytest.mark.bedrock_jobs(cold_models=datetime.timedelta(minutes=5))
def test_a_restore_takes_its_time_from_the_first_request_on(bedrock_jobs):
    """From the first request on, however many there are."""
    model = bedrock_jobs.add_imported_model("llama")
    bedrock_jobs.clock.advance(600)
    assert requests_that_fail(model.arn) == 20
    bedrock_jobs.clock.advance(295)
    assert error_of(converse, model.arn) == COLD
    bedrock_jobs.clock.advance(5)
    assert requests_that_fail(model.arn) == 0


@pytest.mark.bedrock_jobs(cold_models="manual")
def test_with_manual_restores_only_the_test_makes_a_model_ready(bedrock_jobs):
    """By name, ARN or record; also before the first request."""
    model = bedrock_jobs.add_imported_model("llama")
    assert requests_that_fail(model.arn) == 20
    bedrock_jobs.restore_model("llama")
    assert requests_that_fail(model.arn) == 0

    other = bedrock_jobs.add_imported_model("mistral")
    bedrock_jobs.restore_model(other)
    assert requests_that_fail(other.arn) == 0
    bedrock_jobs.clock.advance(HOUR)
    assert requests_that_fail(other.arn) == 20


def test_one_model_can_be_made_cold(bedrock_jobs):
    """Where the option is off, six requests fail, and no hour passes for it afterwards."""
    model = bedrock_jobs.add_imported_model("llama")
    bedrock_jobs.evict_model(model)
    assert requests_that_fail(model.arn) == 6
    bedrock_jobs.clock.advance(HOUR * 2)
    assert requests_that_fail(model.arn) == 0
    bedrock_jobs.evict_model(model.arn)
    bedrock_jobs.restore_model("llama")
    assert requests_that_fail(model.arn) == 0


@pytest.mark.bedrock_jobs(cold_models=1)
def test_a_refused_request_starts_no_restore(bedrock_jobs):
    """It never came to the model."""
    model = bedrock_jobs.add_imported_model("llama")
    assert error_of(invoke, model.arn)[0] == "ValidationException"
    bedrock_jobs.deny("bedrock:InvokeModel")
    assert error_of(converse, model.arn)[0] == "AccessDeniedException"
    bedrock_jobs.allow("bedrock:InvokeModel")
    assert requests_that_fail(model.arn) == 1


@pytest.mark.bedrock_jobs(cold_models=True)
def test_requests_of_all_operations_count_for_a_cold_model(bedrock_jobs):
    """A model is one, whatever it is asked by; each model has a state of its own."""
    model, other = bedrock_jobs.add_imported_model("llama"), bedrock_jobs.add_imported_model("mistral")
    client = runtime_client()
    messages = [{"role": "user", "content": [{"text": "Hello"}]}]
    for _ in range(2):
        for call in (
            lambda: invoke(model.arn, prompt="Hello"),
            lambda: client.invoke_model_with_response_stream(modelId=model.arn, body='{"prompt": "Hello"}'),
            lambda: client.converse_stream(modelId=model.arn, messages=messages),
        ):
            assert error_of(call) == COLD
    assert converse(model.arn)
    assert error_of(converse, other.arn) == COLD


@pytest.mark.needs("retries of cold models")
@pytest.mark.bedrock_jobs(cold_models=True)
def test_six_requests_of_64_threads_for_one_cold_model_fail(bedrock_jobs):
    """Exactly six requests fail, whoever sends them; everyone gets a response in the end."""
    model = bedrock_jobs.add_imported_model("llama")
    client = runtime_client(attempts=10)
    responses = []
    threads = [threading.Thread(target=lambda: responses.append(converse(model.arn, client=client))) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(responses) == 64
    attempts = [response for call in bedrock_jobs.calls for response in call.responses]
    assert attempts.count("ModelNotReadyException") == 6
    assert attempts.count("200") == 64


@pytest.mark.bedrock_jobs(cold_models=True)
def test_reset_forgets_which_models_are_ready(bedrock_jobs):
    """As everything else."""
    model = bedrock_jobs.add_imported_model("llama")
    assert error_of(converse, model.arn) == COLD
    bedrock_jobs.reset()
    model = bedrock_jobs.add_imported_model("llama")
    assert requests_that_fail(model.arn) == 6


@pytest.mark.parametrize("option", [0, -1, 1.5, "often", None, datetime.timedelta(seconds=-1), []])
def test_a_wrong_value_of_cold_models_is_refused(option):
    """The message says what it is."""
    with pytest.raises(UsageError, match="cold_models is False, True"), mock_bedrock_jobs(cold_models=option):
        pass


@pytest.mark.parametrize("method", ["evict_model", "restore_model"])
@pytest.mark.parametrize(
    "model", ["lama", "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdefghijkl", None, 7]
)
def test_a_model_that_is_not_there_is_neither_evicted_nor_restored(bedrock_jobs, method, model):
    """The nearest names are listed."""
    bedrock_jobs.add_imported_model("llama")
    with pytest.raises(UsageError, match=f"{method}: there is no imported model .*; there are: llama"):
        getattr(bedrock_jobs, method)(model)


def test_a_model_is_not_evicted_by_a_name_of_two(bedrock_jobs):
    """In two Regions: which one is meant has to be said."""
    bedrock_jobs.add_imported_model("llama")
    model = bedrock_jobs.add_imported_model("llama", region="us-west-2")
    with pytest.raises(UsageError, match="2 imported models are called 'llama'; give the ARN of one"):
        bedrock_jobs.evict_model("llama")
    bedrock_jobs.evict_model(model.arn)
