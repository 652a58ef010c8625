"""Imports that check their files."""

from __future__ import annotations

import json
import types

import pytest
from invoking import converse, error_of, runtime_client
from lives import start_import
from support import import_parameters, make_client

from pytest_bedrock_jobs import NEXT_JOB, UsageError, failures

URI = "s3://my-bucket/llama/"
GOOD = {
    "config.json": {"model_type": "llama", "architectures": ["LlamaForCausalLM"]},
    "model.safetensors": b"\x00" * 16,
    "tokenizer.json": "{}",
    "tokenizer_config.json": {"chat_template": "{{ messages }}"},
}
PERMISSION = "Could not validate GetObject permissions to access Amazon S3 bucket: my-bucket at key "


def finished(client, uri=URI):
    """An import of these files, polled twice."""
    job = start_import(client, modelDataSource={"s3DataSource": {"s3Uri": uri}})
    assert client.get_model_import_job(jobIdentifier=job)["status"] == "InProgress"
    return client.get_model_import_job(jobIdentifier=job)


def without(*names):
    """The good files but some."""
    return {name: content for name, content in GOOD.items() if name not in names}


def test_an_import_of_good_files_completes_with_what_they_say(bedrock_jobs, client):
    """The job completes, with what the files say."""
    bedrock_jobs.add_model_files(URI, GOOD)
    assert finished(client)["status"] == "Completed"
    [model] = bedrock_jobs.imported_models
    assert (model.architecture, model.instruct_supported) == ("llama", True)


@pytest.mark.parametrize("files", [GOOD, {f"/{name}": content for name, content in GOOD.items()}])
@pytest.mark.parametrize("given", ["s3://my-bucket/llama", URI, "s3://my-bucket/llama//"])
@pytest.mark.parametrize("asked", ["s3://my-bucket/llama", URI])
def test_slashes_at_the_end_of_a_prefix_or_before_a_name_do_not_matter(bedrock_jobs, client, given, asked, files):
    """At the end of the prefix, or before a name."""
    bedrock_jobs.add_model_files(given, files)
    assert finished(client, asked)["status"] == "Completed"


def test_files_may_be_at_the_root_of_a_bucket(bedrock_jobs, client):
    """A prefix may be empty."""
    bedrock_jobs.add_model_files("s3://my-bucket", GOOD)
    assert finished(client, "s3://my-bucket/")["status"] == "Completed"
    bedrock_jobs.add_model_files(URI, GOOD)
    assert finished(client, URI)["status"] == "Completed"


@pytest.mark.parametrize(
    ("config", "architecture", "instruct"),
    [
        ({"model_type": "mistral"}, "mistral", True),
        ({"model_type": "mixtral"}, "mixtral", True),
        ({"model_type": "mllama"}, "mllama", True),
        ({"model_type": "qwen2"}, "qwen2", False),
        ({"model_type": "gpt_oss"}, "gpt_oss", False),
        ({"model_type": "t5"}, "t5", True),
        ({"architectures": ["Qwen3ForCausalLM"]}, "qwen3", True),
        ({"architectures": ["Qwen3MoeForCausalLM"]}, "qwen3_moe", True),
        ({"model_type": "qwen2_vl"}, "qwen2_vl", False),
        ({"model_type": "qwen2_5_vl"}, "qwen2_5_vl", False),
        ({"architectures": ["LlamaForCausalLM", "Other"]}, "llama", True),
        (types.MappingProxyType({"model_type": "mistral"}), "mistral", True),
    ],
)
def test_the_configuration_says_the_architecture_of_the_model(bedrock_jobs, client, config, architecture, instruct):
    """By model_type, or by architectures where there is none."""
    bedrock_jobs.add_model_files(URI, GOOD | {"config.json": config})
    assert finished(client)["status"] == "Completed"
    [model] = bedrock_jobs.imported_models
    assert (model.architecture, model.instruct_supported) == (architecture, instruct)


@pytest.mark.parametrize(
    ("change", "instruct"),
    [
        ({"tokenizer_config.json": {}}, False),
        ({"tokenizer_config.json": {}, "chat_template.jinja": "{{ messages }}"}, True),
    ],
)
def test_a_model_without_a_chat_template_takes_no_conversations(bedrock_jobs, client, change, instruct):
    """Without one the model takes no conversations."""
    bedrock_jobs.add_model_files(URI, GOOD | change)
    finished(client)
    [model] = bedrock_jobs.imported_models
    assert model.instruct_supported == instruct
    if instruct:
        assert converse(model.arn)
    else:
        assert error_of(converse, model.arn)[0] == "ValidationException"
        assert runtime_client().invoke_model(modelId=model.arn, body='{"prompt": "Hello"}')


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (without("config.json"), failures.missing_file("config.json")),
        (GOOD | {"config.json": "{"}, failures.invalid_file("config.json")),
        (GOOD | {"config.json": "[]"}, failures.invalid_file("config.json")),
        (GOOD | {"config.json": "[" * 100_000}, failures.invalid_file("config.json")),
        (GOOD | {"config.json": b"\xff"}, failures.invalid_file("config.json")),
        (GOOD | {"config.json": {"model_type": "phi3"}}, failures.unsupported_architecture("phi3")),
        (GOOD | {"config.json": {"architectures": ["Phi3"]}}, failures.unsupported_architecture("Phi3")),
        (GOOD | {"config.json": {"architectures": [["Phi3"]]}}, failures.unsupported_architecture("['Phi3']")),
        (GOOD | {"config.json": {"architectures": []}}, failures.unsupported_architecture("unknown")),
        (GOOD | {"config.json": {"architectures": "Phi3"}}, failures.unsupported_architecture("unknown")),
        (GOOD | {"config.json": {}}, failures.unsupported_architecture("unknown")),
        (GOOD | {"config.json": {"model_type": 7}}, failures.unsupported_architecture("7")),
        (GOOD | {"config.json": {"model_type": "x" * 9999}}, failures.unsupported_architecture("x" * 100)),
        (GOOD | {"config.json": {"model_type": ["llama"]}}, failures.unsupported_architecture("['llama']")),
        (without("model.safetensors"), failures.missing_file("*.safetensors")),
        (without("model.safetensors") | {"old/model.safetensors": b""}, failures.missing_file("*.safetensors")),
        (GOOD | {"model.safetensors.index.json": {}}, failures.invalid_file("model.safetensors.index.json")),
        (
            GOOD | {"model.safetensors.index.json": {"weight_map": {"a": "model.safetensors", "b": "2.safetensors"}}},
            failures.missing_file("2.safetensors"),
        ),
        (without("tokenizer_config.json"), failures.missing_file("tokenizer_config.json")),
        (GOOD | {"tokenizer_config.json": "?"}, failures.invalid_file("tokenizer_config.json")),
        (without("tokenizer.json"), failures.missing_file("tokenizer.json")),
    ],
)
def test_an_import_of_broken_files_fails_later_with_the_reason(bedrock_jobs, client, files, message):
    """The create succeeds; the job fails later, with the reason."""
    bedrock_jobs.add_model_files(URI, files)
    found = finished(client)
    assert (found["status"], found["failureMessage"]) == ("Failed", message)
    assert bedrock_jobs.imported_models == ()


def test_an_import_with_an_index_whose_files_are_there_completes(bedrock_jobs, client):
    """As most models have it."""
    index = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    files = without("model.safetensors") | {"model-1.safetensors": b"", "model-2.safetensors": b""}
    bedrock_jobs.add_model_files(URI, files | {"model.safetensors.index.json": index})
    assert finished(client)["status"] == "Completed"


def test_an_import_with_an_index_without_its_map_fails(bedrock_jobs, client):
    """It is a JSON object, and the message does not say that it is none."""
    bedrock_jobs.add_model_files(URI, GOOD | {"model.safetensors.index.json": {"metadata": {}}})
    assert finished(client)["failureMessage"] == (
        "The file model.safetensors.index.json of the model is no JSON object, or lacks what an import needs. "
        "Correct it and try again."
    )


def test_an_import_of_another_prefix_of_the_bucket_fails(bedrock_jobs, client):
    """A bucket whose files are known has no others."""
    bedrock_jobs.add_model_files(URI, GOOD)
    assert finished(client, "s3://my-bucket/lama/")["failureMessage"] == f"{PERMISSION}lama/config.json"
    assert finished(client, "s3://my-bucket/llama-2/")["failureMessage"] == f"{PERMISSION}llama-2/config.json"


def test_a_bucket_to_which_no_files_were_added_is_not_read(bedrock_jobs, client):
    """A bucket to which no files were added is not read."""
    bedrock_jobs.add_model_files(URI, {})
    assert finished(client, "s3://other/llama/")["status"] == "Completed"
    assert finished(client)["failureMessage"] == f"{PERMISSION}llama/config.json"


def test_an_import_reads_the_files_as_they_are_at_its_create(bedrock_jobs, client):
    """What changes later changes nothing."""
    bedrock_jobs.add_model_files(URI, without("config.json"))
    job = start_import(client, modelDataSource={"s3DataSource": {"s3Uri": URI}})
    bedrock_jobs.add_model_files(URI, {"config.json": GOOD["config.json"]})
    bedrock_jobs.progress = "manual"
    assert client.get_model_import_job(jobIdentifier=job)["status"] == "InProgress"
    bedrock_jobs.progress = "polls"
    assert [client.get_model_import_job(jobIdentifier=job)["status"] for _ in range(2)][-1] == "Failed"
    assert finished(client)["status"] == "Completed"


def test_what_the_test_says_of_a_job_comes_before_its_files(bedrock_jobs, client):
    """complete, fail and plans, whatever the files are."""
    bedrock_jobs.add_model_files(URI, {})
    job = start_import(client, modelDataSource={"s3DataSource": {"s3Uri": URI}})
    bedrock_jobs.complete(job)
    assert client.get_model_import_job(jobIdentifier=job)["status"] == "Completed"

    bedrock_jobs.fail(NEXT_JOB, "planned")
    assert finished(client)["failureMessage"] == "planned"


@pytest.mark.parametrize(
    ("said", "model"),
    [
        ({}, ("mistral", False)),
        ({"instruct_supported": True}, ("mistral", True)),
        ({"architecture": "qwen3"}, ("qwen3", False)),
    ],
)
@pytest.mark.parametrize("planned", [False, True])
def test_files_say_of_the_model_what_the_test_does_not(bedrock_jobs, client, said, model, planned):
    """The files say it, whether the test completes the job or plans that it will be."""
    files = {**GOOD, "config.json": {"model_type": "mistral"}, "tokenizer_config.json": {}}
    bedrock_jobs.add_model_files(URI, files)
    if planned:
        bedrock_jobs.complete(NEXT_JOB, **said)
        finished(client)
    else:
        bedrock_jobs.complete(start_import(client, modelDataSource={"s3DataSource": {"s3Uri": URI}}), **said)

    [imported] = bedrock_jobs.imported_models
    assert (imported.architecture, imported.instruct_supported) == model


@pytest.mark.bedrock_jobs(progress="manual")
def test_with_manual_progress_files_end_nothing(bedrock_jobs, client):
    """The job waits for the test."""
    bedrock_jobs.add_model_files(URI, {})
    job = start_import(client, modelDataSource={"s3DataSource": {"s3Uri": URI}})
    assert [client.get_model_import_job(jobIdentifier=job)["status"] for _ in range(3)] == ["InProgress"] * 3


def test_the_files_may_be_a_folder_of_this_machine(bedrock_jobs, client, tmp_path):
    """Of this machine, with its folders."""
    for name, content in GOOD.items():
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        (tmp_path / name).write_bytes(data)
    (tmp_path / "original").mkdir()
    (tmp_path / "original" / "weights.pth").write_bytes(b"")
    bedrock_jobs.add_model_files(URI, tmp_path)
    bedrock_jobs.add_model_files("s3://my-bucket/as-text/", str(tmp_path))
    assert finished(client)["status"] == "Completed"
    assert finished(client, "s3://my-bucket/as-text/")["status"] == "Completed"


def test_an_import_fails_for_a_file_that_is_gone_from_its_folder(bedrock_jobs, client, tmp_path):
    """Files of a folder are read when an import asks for them."""
    for name, content in GOOD.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    bedrock_jobs.add_model_files(URI, tmp_path)
    (tmp_path / "config.json").unlink()
    assert finished(client)["failureMessage"] == f"{PERMISSION}llama/config.json"


def test_a_job_that_a_test_adds_reads_no_files(bedrock_jobs, client):
    """It is not one that the code has started."""
    bedrock_jobs.add_model_files(URI, {})
    job = bedrock_jobs.add_import_job(s3_uri=URI)
    statuses = [client.get_model_import_job(jobIdentifier=job.arn)["status"] for _ in range(2)]
    assert statuses == ["InProgress", "Completed"]


def test_reset_forgets_model_files(bedrock_jobs, client):
    """As everything else."""
    bedrock_jobs.add_model_files(URI, {})
    bedrock_jobs.reset()
    assert finished(client)["status"] == "Completed"


@pytest.mark.parametrize("uri", [None, 7, "", "my-bucket/llama", "s3://", "s3://B/llama", "https://my-bucket/llama"])
def test_files_are_not_added_to_what_is_no_prefix(bedrock_jobs, uri):
    """The message has an example."""
    with pytest.raises(UsageError, match="add_model_files: the first argument is the URI of a prefix such as"):
        bedrock_jobs.add_model_files(uri, GOOD)


CIRCLE: dict[str, object] = {}
CIRCLE["itself"] = [CIRCLE]


@pytest.mark.parametrize(
    ("files", "text"),
    [
        (None, "the second argument is a mapping of names and contents, or a folder, not None"),
        (7, "the second argument is a mapping of names and contents, or a folder, not 7"),
        ("/no/such/folder", "the second argument is a mapping of names and contents, or a folder"),
        ("", "the second argument is a mapping of names and contents, or a folder, not ''"),
        ("long" * 1000, "the second argument is a mapping of names and contents, or a folder, not 'longlong"),
        ({"config.json": 7}, "config.json is a text, bytes, or a mapping that becomes JSON, not 7"),
        ({"config.json": {"a": object()}}, "config.json cannot be written as JSON"),
        ({"config.json": CIRCLE}, "config.json cannot be written as JSON: Circular reference"),
        ({7: b""}, "a file has a name such as 'config.json', not 7"),
        ({"/": b""}, "a file has a name such as 'config.json', not '/'"),
    ],
)
def test_model_files_that_cannot_be_are_refused(bedrock_jobs, files, text):
    """Refused where it is written."""
    with pytest.raises(UsageError, match=text):
        bedrock_jobs.add_model_files(URI, files)


@pytest.mark.bedrock_jobs(check_model_files=True)
def test_a_request_that_is_refused_reads_no_files(bedrock_jobs, client):
    """Nothing mocks S3 here, so reading them would be a usage error."""
    bedrock_jobs.deny("bedrock:CreateModelImportJob")
    assert error_of(start_import, client)[0] == "AccessDeniedException"


@pytest.mark.parametrize(
    "source", [7, {"s3DataSource": 7}, {"s3DataSource": {"s3Uri": 7}}, {}, {"s3DataSource": {"s3Uri": "llama"}}]
)
def test_a_request_without_a_prefix_is_refused_as_ever(bedrock_jobs, source):
    """Reading its files finds no URI."""
    bedrock_jobs.add_model_files(URI, GOOD)
    client = make_client()
    body = json.dumps(import_parameters(modelDataSource=source)).encode()
    client.meta.events.register("before-call", lambda params, **_: params.update(body=body))
    code, _, _ = error_of(client.create_model_import_job, **import_parameters())
    assert code in ("ValidationException", "SerializationException")


def test_a_create_can_be_refused_with_the_messages_of_failures(bedrock_jobs, client):
    """An account that may not import yet, a Region without imports."""
    for message in (failures.not_entitled(), failures.region_without_imports()):
        bedrock_jobs.fail_next_call("CreateModelImportJob", "ValidationException", message)
        assert error_of(start_import, client)[2] == message
