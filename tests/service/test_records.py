"""What a test reads: client(), import_jobs, copy_jobs, calls, reset()."""

from __future__ import annotations

import copy
import dataclasses
import operator
import pickle

import pytest
from lives import customization_parameters
from support import ACCOUNT, copy_parameters, import_parameters, tags

from pytest_bedrock_jobs import BedrockJobs, UsageError, mock_bedrock_jobs


@pytest.fixture
def records(bedrock_jobs, client):
    """A record of each kind."""
    model = bedrock_jobs.add_custom_model("titan")
    client.create_model_import_job(**import_parameters(jobTags=tags(1), importedModelTags=tags(1)))
    client.create_model_copy_job(**copy_parameters(model, targetModelTags=tags(1)))
    return (*bedrock_jobs.import_jobs, *bedrock_jobs.copy_jobs, model, *bedrock_jobs.calls)


def test_a_client_is_made_once(bedrock_jobs):
    """client() gives one client per Region, in its own Region by default; a mock within has clients of its own."""
    assert bedrock_jobs.client() is bedrock_jobs.client("us-east-1")
    west = bedrock_jobs.client("us-west-2")
    assert west.meta.region_name == "us-west-2"
    with mock_bedrock_jobs(region="us-west-2") as other:
        own = other.client()
        assert own is not west
    with mock_bedrock_jobs(region="us-west-2") as later:
        assert later.client() is own


def test_a_client_is_not_given_outside_of_a_mock():
    """Before it began and after it ended, a mock refuses to make a client."""
    with pytest.raises(UsageError, match="this mock is not active"):
        BedrockJobs().client()
    with mock_bedrock_jobs() as jobs:
        pass
    with pytest.raises(UsageError, match="ask the active one"):
        jobs.client()


def test_the_mocks_client_does_nothing_outside_of_a_mock(monkeypatch):
    """A client that client() made sends nothing when no mock is active."""
    with mock_bedrock_jobs() as jobs:
        client = jobs.client("ap-northeast-1")
    requests = []
    monkeypatch.setattr("botocore.httpsession.URLLib3Session.send", lambda _, request: requests.append(request))
    with pytest.raises(UsageError, match="and no mock is active"):
        client.create_model_import_job(**import_parameters())
    assert requests == []


def test_records_cannot_be_changed(records):
    """A record's fields and its tags are as they were when it was made."""
    for record in records:
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(record, dataclasses.fields(record)[0].name, "changed")
        with pytest.raises(UsageError, match=rf"there is no {type(record).__name__} attribute 'state'; there are: "):
            record.state = "changed"
    imported, copied = records[:2]
    for mapping in (imported.tags, imported.imported_model_tags, copied.target_model_tags):
        with pytest.raises(TypeError):
            mapping["team"] = "changed"


def test_the_error_of_a_change_of_a_record_says_what_to_do_instead(records):
    """Whether a field is set or deleted."""
    for change in (lambda record: setattr(record, "status", "Completed"), lambda record: delattr(record, "status")):
        with pytest.raises(dataclasses.FrozenInstanceError) as caught:
            change(records[0])
        assert str(caught.value).startswith(
            "ImportJob.status cannot be set: a record shows the state at the time it was read. Read it from the mock "
        )


def test_lists_of_records_cannot_be_changed(bedrock_jobs, records):
    """The mock lists in tuples, new ones each time."""
    for listed in (bedrock_jobs.import_jobs, bedrock_jobs.copy_jobs, bedrock_jobs.calls):
        assert isinstance(listed, tuple)
        assert listed


def test_reprs_say_what_a_record_is(records):
    """A repr has the kind, the name, the status and the ARN, on one line."""
    imported, copied, model, imported_call, copied_call = records
    assert repr(imported) == f"<ImportJob {imported.name} InProgress {imported.arn}>"
    assert repr(copied) == f"<CopyJob {copied.name} InProgress {copied.arn}>"
    assert repr(model) == f"<CustomModel titan Active {model.arn}>"
    call = f"<Call CreateModelImportJob(jobName='{imported.name}', importedModelName='{imported.imported_model_name}', "
    assert repr(imported_call).startswith(call)
    assert repr(imported_call).endswith(f"...) in us-east-1 -> jobArn='{imported.arn}'>")
    assert len(repr(imported_call)) < 300
    assert copied.arn in repr(copied_call)


def test_the_repr_of_a_call_has_errors_and_retries(bedrock_jobs, client):
    """A call's repr says how it failed, how often it was tried, and whether a token was replayed."""
    bedrock_jobs.fail_next_call("CreateModelImportJob", "ConflictException", "taken")
    with pytest.raises(client.exceptions.ConflictException):
        client.create_model_import_job(**import_parameters())
    bedrock_jobs.fail_next_call("CreateModelImportJob", "ThrottlingException", times=1)
    parameters = import_parameters(clientRequestToken="token")
    for _ in range(2):
        client.create_model_import_job(**parameters)
    failed, retried, replayed = map(repr, bedrock_jobs.calls)
    assert failed.endswith(" in us-east-1 -> ConflictException: taken>")
    assert retried.endswith(", 2 attempts>")
    assert replayed.endswith(", token replayed>")


def test_the_repr_of_a_mock_counts_what_it_has(bedrock_jobs, records):
    """A mock's repr has its account, its Region and its numbers."""
    assert len(records) == 5
    counts = "1 import job, 1 customization job, 1 copy job, 1 custom model, 2 calls"
    assert repr(bedrock_jobs) == f"<BedrockJobs {ACCOUNT} us-east-1: {counts}>"


def test_the_repr_of_a_new_mock_says_that_there_is_nothing(bedrock_jobs):
    """It says that there is nothing."""
    assert repr(bedrock_jobs) == f"<BedrockJobs {ACCOUNT} us-east-1: nothing yet>"


def test_jobs_and_calls_are_listed_oldest_first(bedrock_jobs):
    """Jobs and calls come in the order they were made, over Regions."""
    regions = ["us-east-1", "eu-west-1", "us-east-1", "us-west-2"]
    model = bedrock_jobs.add_custom_model()
    for region in regions:
        bedrock_jobs.client(region).create_model_import_job(**import_parameters())
        bedrock_jobs.client(region).create_model_copy_job(**copy_parameters(model))
    assert [job.region for job in bedrock_jobs.import_jobs] == regions
    assert [job.region for job in bedrock_jobs.copy_jobs] == regions
    assert [call.region for call in bedrock_jobs.calls[::2]] == regions
    assert {call.operation for call in bedrock_jobs.calls[::2]} == {"CreateModelImportJob"}


def test_a_call_has_its_request_and_response(bedrock_jobs, client):
    """A call's parameters and output are by the API's names."""
    parameters = import_parameters()
    arn = client.create_model_import_job(**parameters)["jobArn"]
    [call] = bedrock_jobs.calls
    assert (call.operation, call.region, call.account_id) == ("CreateModelImportJob", "us-east-1", ACCOUNT)
    assert (call.parameters, call.output) == (parameters, {"jobArn": arn})
    assert (call.error_code, call.error_message, call.attempts, call.replayed) == (None, None, 1, False)
    assert call.slept_seconds == 0


def test_reset_empties_everything(bedrock_jobs, client):
    """Jobs, models, names, tokens, injected errors and calls are forgotten, and the mock goes on."""
    model = bedrock_jobs.add_custom_model("titan")
    parameters = import_parameters(clientRequestToken="token")
    first = client.create_model_import_job(**parameters)["jobArn"]
    client.create_model_copy_job(**copy_parameters(model))
    bedrock_jobs.fail_next_call("CreateModelImportJob", "ConflictException")
    bedrock_jobs.reset()
    assert (bedrock_jobs.import_jobs, bedrock_jobs.copy_jobs, bedrock_jobs.calls) == ((), (), ())
    assert client.create_model_import_job(**parameters)["jobArn"] != first
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.create_model_copy_job(**copy_parameters(model))
    assert bedrock_jobs.add_custom_model("titan").arn != model.arn


def test_mappings_of_records_stay_as_they_are(bedrock_jobs, client):
    """Tags, parameters and outputs refuse every change, and are dictionaries otherwise."""
    client.create_model_import_job(**import_parameters(jobTags=[{"key": "team", "value": "search"}]))
    [job], [call] = bedrock_jobs.import_jobs, bedrock_jobs.calls
    changes = [
        lambda mapping: mapping.__setitem__("team", "ads"),
        lambda mapping: mapping.update(team="ads"),
        lambda mapping: mapping.clear(),
        lambda mapping: operator.ior(mapping, {"team": "ads"}),
    ]
    for mapping in (job.tags, call.parameters, call.output):
        for change in changes:
            with pytest.raises(TypeError, match="does not change"):
                change(mapping)
    assert job.tags == {"team": "search"}


def test_jobs_and_models_can_be_copied_pickled_and_hashed(bedrock_jobs, client):
    """A record goes where records go: into sets, to other processes, into dictionaries; also after a change of tags."""
    client.create_model_import_job(**import_parameters(jobTags=tags(2)))
    client.untag_resource(resourceARN=bedrock_jobs.import_jobs[0].arn, tagKeys=["key-0"])
    model = bedrock_jobs.add_imported_model("llama", architecture="mistral")
    assert repr(model) == f"<ImportedModel llama {model.arn}>"
    vpc = {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]}
    client.create_model_customization_job(**customization_parameters(vpcConfig=vpc))
    [running] = bedrock_jobs.customization_jobs
    bedrock_jobs.complete(running)
    trained = (running, *bedrock_jobs.customization_jobs, *bedrock_jobs.custom_models)
    for record in (bedrock_jobs.import_jobs[0], model, *trained):
        assert copy.deepcopy(record) == pickle.loads(pickle.dumps(record)) == record
        assert {record, copy.deepcopy(record)} == {record}
        assert dataclasses.asdict(record)["name"] == record.name


def test_what_is_in_a_call_cannot_be_changed(bedrock_jobs, client):
    """Neither parameters nor output, at any depth; both are equal to plain ones, and can be copied and pickled."""
    parameters = import_parameters(jobTags=tags(2), vpcConfig={"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]})
    client.create_model_import_job(**parameters)
    client.list_model_import_jobs()
    created, listed = bedrock_jobs.calls

    for change in (
        lambda: created.parameters["jobTags"].append({}),
        lambda: created.parameters["jobTags"][0].update(key="changed"),
        lambda: created.parameters["vpcConfig"]["subnetIds"].sort(),
        lambda: operator.setitem(created.parameters["vpcConfig"]["subnetIds"], 0, "changed"),
        lambda: operator.iadd(created.parameters["vpcConfig"]["subnetIds"], ["changed"]),
        lambda: listed.output["modelImportJobSummaries"].clear(),
        lambda: listed.output["modelImportJobSummaries"][0].pop("jobName"),
    ):
        with pytest.raises(TypeError, match=r"does not change; copy it with (dict|list)\(...\) first"):
            change()

    assert created.parameters == parameters
    assert bedrock_jobs.calls[0].parameters["jobTags"] == tags(2)
    assert pickle.loads(pickle.dumps(created)) == copy.deepcopy(created) == created
    assert hash(created) == hash(copy.deepcopy(created))
    assert {created.parameters["jobTags"]} == {copy.deepcopy(created.parameters["jobTags"])}


def test_the_output_on_record_has_lists_where_the_caller_got_lists(bedrock_jobs, client):
    """Also where the service keeps something else."""
    vpc = {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]}
    client.create_model_import_job(**import_parameters(jobName="llama", vpcConfig=vpc))

    response = client.get_model_import_job(jobIdentifier="llama")

    assert bedrock_jobs.calls[-1].output["vpcConfig"] == response["vpcConfig"] == vpc


def test_records_are_found_by_position_name_and_arn(bedrock_jobs):
    """Like a tuple, and like a mapping; what is not found, or twice, is in tests/wrong_uses.txt."""
    one, two = bedrock_jobs.add_import_job("one"), bedrock_jobs.add_import_job("two")
    jobs = bedrock_jobs.import_jobs

    assert jobs == (one, two)
    assert (jobs[0], jobs[-1], jobs[:1]) == (one, two, (one,))
    assert jobs["two"] == jobs[two.arn] == jobs[two] == two
    assert [name in jobs for name in (two, "two", two.arn, "three", 3)] == [True, True, True, False, False]
    assert hash(jobs) == hash((one, two))

    bedrock_jobs.complete("two")
    assert bedrock_jobs.import_jobs[two].status == "Completed"  # as it is now
