"""Deployments and the models they deploy beside a plain model of them, in any order of calls."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from hypothesis import stateful
from hypothesis import strategies as st
from invoking import converse
from support import make_client

from pytest_bedrock_jobs import mock_bedrock_jobs

pytestmark = pytest.mark.needs("CreateCustomModelDeployment", "UpdateCustomModelDeployment", "custom-model/imported")

NAMES = st.sampled_from(["chat", "search", "rank"])
CLIENT = make_client()


def code_of(call, *arguments, **parameters):
    """The code of the error that a call gets; None for one that succeeds."""
    try:
        call(*arguments, **parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


class Plain:
    """What a deployment is, by the rules in words."""

    def __init__(self, arn, model):
        self.arn = arn
        self.status = "Creating"
        self.model = model
        self.next_model = None
        self.update_status = None
        self.deleting = False
        self.gone = False
        self.polls = 0

    @property
    def in_progress(self):
        """Whether it will change by itself."""
        return self.deleting or self.status == "Creating" or self.update_status == "Updating"

    def poll(self):
        """Let the second poll end what is in progress."""
        if self.in_progress:
            self.polls += 1
            if self.polls > 1:
                self.end(None)

    def end(self, failure):
        """Its creation, update or deletion ends."""
        self.polls = 0
        if self.deleting:
            self.gone = True
        elif self.status == "Creating":
            self.status = "Failed" if failure else "Active"
        else:
            self.update_status = "UpdateFailed" if failure else "UpdateCompleted"
            self.model = self.model if failure else self.next_model


class Deployments(stateful.RuleBasedStateMachine):
    """Every step is tried on both."""

    def __init__(self):
        super().__init__()
        self.mock = mock_bedrock_jobs()
        self.jobs = self.mock.__enter__()
        self.models = [self.jobs.add_custom_model(base_model="imported").arn for _ in range(2)]
        self.plain = {}

    def teardown(self):
        """End the mock."""
        self.mock.__exit__(None, None, None)

    @stateful.rule(name=NAMES, number=st.integers(0, 1))
    def create(self, name, number):
        """A name can be taken once."""
        parameters = {"modelDeploymentName": name, "modelArn": self.models[number]}
        if name in self.plain:
            assert code_of(CLIENT.create_custom_model_deployment, **parameters) == "ValidationException"
            return
        arn = CLIENT.create_custom_model_deployment(**parameters)["customModelDeploymentArn"]
        self.plain[name] = Plain(arn, self.models[number])

    @stateful.rule(name=NAMES, by_arn=st.booleans())
    def get(self, name, by_arn):
        """A poll, by ARN or name."""
        plain = self.plain.get(name)
        which = {"customModelDeploymentIdentifier": plain.arn if plain and by_arn else name}
        if plain is None:
            assert code_of(CLIENT.get_custom_model_deployment, **which) == "ResourceNotFoundException"
            return
        plain.poll()
        self.forget()
        if plain.gone:
            assert code_of(CLIENT.get_custom_model_deployment, **which) == "ResourceNotFoundException"
            return
        found = CLIENT.get_custom_model_deployment(**which)
        assert (found["status"], found["modelArn"]) == (plain.status, plain.model)
        assert found.get("updateDetails", {}).get("updateStatus") == plain.update_status

    @stateful.rule(number=st.integers(0, 1))
    def list(self, number):
        """A poll of all deployments of a model."""
        model = self.models[number]
        for plain in self.plain.values():
            plain.poll()
        self.forget()
        rows = CLIENT.list_custom_model_deployments(modelArnEquals=model)["modelDeploymentSummaries"]
        expected = {name: plain.status for name, plain in self.plain.items() if plain.model == model}
        assert {row["customModelDeploymentName"]: row["status"] for row in rows} == expected

    @stateful.rule(name=NAMES, number=st.integers(0, 1))
    def update(self, name, number):
        """Active ones only."""
        plain = self.plain.get(name)
        parameters = {"customModelDeploymentIdentifier": name, "modelArn": self.models[number]}
        code = code_of(CLIENT.update_custom_model_deployment, **parameters)
        if plain is None:
            assert code == "ResourceNotFoundException"
        elif plain.in_progress or plain.status == "Failed":
            assert code == "ValidationException"
        else:
            assert code is None
            plain.next_model, plain.update_status = self.models[number], "Updating"

    def forget(self):
        """Their names are free again."""
        self.plain = {name: plain for name, plain in self.plain.items() if not plain.gone}

    @stateful.rule(name=NAMES)
    def delete(self, name):
        """Those that are not in progress, and those that are being deleted once more."""
        plain = self.plain.get(name)
        code = code_of(CLIENT.delete_custom_model_deployment, customModelDeploymentIdentifier=name)
        if plain is None:
            assert code == "ResourceNotFoundException"
        elif plain.in_progress and not plain.deleting:
            assert code == "ValidationException"
        else:
            assert code is None
            plain.deleting = True

    @stateful.precondition(lambda self: any(plain.in_progress for plain in self.plain.values()))
    @stateful.rule(data=st.data(), failure=st.booleans())
    def end(self, data, failure):
        """By hand; a deletion does not fail."""
        plain = data.draw(st.sampled_from([plain for plain in self.plain.values() if plain.in_progress]))
        failure = failure and not plain.deleting
        (self.jobs.fail if failure else self.jobs.complete)(plain.arn)
        plain.end(failure)
        self.forget()

    @stateful.precondition(lambda self: self.plain)
    @stateful.rule(data=st.data())
    def invoke(self, data):
        """Active ones respond, unless they are being deleted."""
        plain = data.draw(st.sampled_from(list(self.plain.values())))
        responds = plain.status == "Active" and not plain.deleting
        assert code_of(converse, plain.arn) == (None if responds else "ResourceNotFoundException")

    @stateful.invariant()
    def records(self):
        """The records say the same, and reading them changes nothing."""
        found = {record.name: record.status for record in self.jobs.custom_model_deployments}
        assert found == {name: plain.status for name, plain in self.plain.items()}


TestDeployments = Deployments.TestCase
