"""respond: what a test lets a model say."""

from __future__ import annotations

import contextlib
import itertools

import pytest
from invoking import converse, error_of, invoke

from pytest_bedrock_jobs import InferenceRequest, ModelResponse, UsageError, mock_bedrock_jobs
from pytest_bedrock_jobs.report import report


@pytest.fixture
def model(bedrock_jobs):
    """An imported model."""
    return bedrock_jobs.add_imported_model("llama")


def test_the_default_response_quotes_the_prompt(model):
    """The same for the same prompt; a long one in part."""
    assert converse(model.arn, "How are you?") == 'A test double, not a language model, received: "How are you?"'
    assert converse(model.arn, "How are you?") == converse(model.arn, "How are you?")
    assert converse(model.arn, "a" * 500).endswith(f'"{"a" * 200}..."')


def test_a_conversation_without_a_user_quotes_its_last_message(model):
    """There is nothing better to quote."""
    body = invoke(model.arn, messages=[{"role": "system", "content": "Be kind."}])
    assert "Be kind." in body["choices"][0]["message"]["content"]


@pytest.mark.parametrize("by", ["arn", "name", "record", "*"])
def test_a_response_is_prepared_by_arn_name_record_or_for_any_model(bedrock_jobs, model, by):
    """All of them mean the same model."""
    bedrock_jobs.respond({"arn": model.arn, "name": "llama", "record": model, "*": "*"}[by], "fine")
    assert converse(model.arn) == "fine"


def test_a_response_by_arn_comes_before_one_by_name_before_one_for_any_model(bedrock_jobs, model):
    """ARN before name before any; the latest of one before older ones."""
    bedrock_jobs.respond("*", "any")
    assert converse(model.arn) == "any"
    bedrock_jobs.respond("llama", "name")
    assert converse(model.arn) == "name"
    bedrock_jobs.respond(model.arn, "arn")
    assert converse(model.arn) == "arn"
    bedrock_jobs.respond(model.arn, "arn, again")
    assert converse(model.arn) == "arn, again"


def test_a_response_can_be_prepared_for_a_model_that_does_not_exist_yet(bedrock_jobs):
    """Code under test will import it."""
    bedrock_jobs.respond("mistral", "fine")
    assert converse(bedrock_jobs.add_imported_model("mistral").arn) == "fine"


def test_prepared_texts_are_given_one_after_the_other_until_none_is_left(bedrock_jobs, model):
    """Then none: the test has to say more."""
    bedrock_jobs.respond(model, iter(["first", "second"]))
    assert [converse(model.arn), converse(model.arn)] == ["first", "second"]
    with pytest.raises(UsageError, match=r"nothing is left of what was prepared for .* \(used: 2\)"):
        converse(model.arn)
    bedrock_jobs.reset()


def test_prepared_texts_may_have_no_end_and_are_checked_as_they_are_taken(bedrock_jobs, model):
    """They are taken one by one; what is no text is found then."""
    bedrock_jobs.respond(model, itertools.cycle(["tick", "tack"]))
    assert [converse(model.arn) for _ in range(3)] == ["tick", "tack", "tick"]
    bedrock_jobs.respond(model, iter([7]))
    with pytest.raises(UsageError, match=r"what was prepared for .* is no response: 7 is neither a text"):
        converse(model.arn)
    bedrock_jobs.reset()


def test_a_request_that_fails_takes_no_prepared_text(bedrock_jobs, model):
    """Whatever it fails of."""
    bedrock_jobs.respond(model, ["first"])
    bedrock_jobs.fail_next_call("Converse", "ThrottlingException", times=1)
    bedrock_jobs.evict_model(model)
    assert error_of(invoke, model.arn)[0] == "ValidationException"
    assert error_of(converse, model.arn)[0] == "ThrottlingException"
    assert error_of(converse, model.arn)[0] == "ModelNotReadyException"
    bedrock_jobs.restore_model(model)
    assert converse(model.arn) == "first"


def test_a_prepared_function_gets_the_request_and_may_call_bedrock(bedrock_jobs, model):
    """It is given what was asked, and may call Bedrock itself."""
    other = bedrock_jobs.add_imported_model("other")

    def response(request: InferenceRequest) -> str:
        return f"{request.format}: {converse(other.arn, request.prompt)}"

    bedrock_jobs.respond(model, response)
    bedrock_jobs.respond(other, lambda request: request.prompt[::-1])
    assert invoke(model.arn, prompt="abc")["generation"] == "BedrockCompletion: cba"


def test_what_a_prepared_function_raises_reaches_the_code_under_test(bedrock_jobs, model):
    """As it is."""
    bedrock_jobs.respond(model, lambda request: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        converse(model.arn)
    assert bedrock_jobs.calls[-1].error_code == "ZeroDivisionError"


@pytest.mark.parametrize("wrong", [None, 7, ["fine"]])
def test_a_prepared_function_that_returns_no_response_is_an_error(bedrock_jobs, model, wrong):
    """The message says what it returned."""
    bedrock_jobs.respond(model, lambda request: wrong)
    with pytest.raises(UsageError, match=r"what was prepared for .* is no response: .* is neither a text nor a body"):
        converse(model.arn)
    bedrock_jobs.reset()


def test_a_swallowed_usage_error_fails_the_test_at_its_end():
    """What the author of the test did wrong does not pass in silence."""
    with pytest.raises(UsageError, match="nothing is left of what was prepared"), mock_bedrock_jobs() as jobs:  # noqa: PT012
        jobs.respond("*", ["first"])
        arn = jobs.add_imported_model("llama").arn
        for _ in range(2):
            with contextlib.suppress(Exception):
                converse(arn)


@pytest.mark.parametrize("wrong", [None, 7, ["a", 1], {"a"}, [["a"]]])
def test_what_is_no_response_is_refused(bedrock_jobs, wrong):
    """Refused where it is written."""
    with pytest.raises(UsageError, match=r"what was prepared for 'llama' is no response: .* is neither a text"):
        bedrock_jobs.respond("llama", wrong)


def test_an_empty_list_of_responses_is_refused(bedrock_jobs):
    """It has nothing to say."""
    with pytest.raises(UsageError, match="a list has at least one response, and the one for 'llama' is empty"):
        bedrock_jobs.respond("llama", [])


def test_a_list_may_have_all_kinds_of_responses(bedrock_jobs, model):
    """One after the other, each as if it were alone."""
    answers = ["text", lambda request: request.prompt, ModelResponse(text="more"), {"generation": "whole"}]
    bedrock_jobs.respond(model, answers)
    assert [invoke(model.arn, prompt="asked")["generation"] for _ in answers] == ["text", "asked", "more", "whole"]


@pytest.mark.parametrize(
    "wrong", [None, 7, "", "a b", "arn:aws:bedrock:us-east-1::foundation-model/a", "meta.llama3-8b-instruct-v1:0"]
)
def test_a_response_for_what_is_no_model_of_the_mock_is_refused(bedrock_jobs, wrong):
    """Other models are not the mock's."""
    with pytest.raises(UsageError, match="a model is the ARN of an imported model"):
        bedrock_jobs.respond(wrong, "fine")


def test_reset_forgets_prepared_responses(bedrock_jobs):
    """As everything else."""
    bedrock_jobs.respond("llama", "fine")
    bedrock_jobs.reset()
    assert converse(bedrock_jobs.add_imported_model("llama").arn) != "fine"


def test_the_report_cuts_prompts(bedrock_jobs, model):
    """A screenful at most, however long they are."""
    invoke(model.arn, prompt="word " * 20_000)
    converse(model.arn, "word " * 20_000)
    lines = report(bedrock_jobs._service).splitlines()
    assert max(map(len, lines)) <= 160
    assert any("InvokeModel" in line and "word" in line for line in lines)
