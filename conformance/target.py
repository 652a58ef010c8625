"""The target of the suite: a service behind plain boto3 clients, and what the suite created in it."""

from __future__ import annotations

import contextlib
import itertools
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from .observing import Blocked, Level, NotThereError, Observation

NO_ROLE = "arn:aws:iam::000000000000:role/bedrock-conformance-cannot-be-assumed"
"""A role in an account that does not exist: even if our inference about a refusal is wrong, no job starts."""

# Statuses without an error of the service: 500 is the page of moto's server where an operation is not implemented.
_NOT_THERE = frozenset({"404", "405", "500", "501", "NotImplemented", "UnknownOperationException", "InvalidAction"})
_NO_ROUTE = "No route for "
"""The beginning of ministack's message about an operation that it does not have."""
_DELETES = {
    "imported-model": ("delete_imported_model", "modelIdentifier"),
    "custom-model": ("delete_custom_model", "modelIdentifier"),
    "custom-model-deployment": ("delete_custom_model_deployment", "customModelDeploymentIdentifier"),
    "provisioned-model": ("delete_provisioned_model_throughput", "provisionedModelId"),
}
_HOLD_MODELS = ("custom-model-deployment", "provisioned-model")


class Target:
    """A service, as boto3 clients reach it.

    Args:
        session: Makes the clients.
        region: The Region that most checks use.
        other_region: The Region that copies go to.
        endpoint_url: The URL of an emulator; None for AWS's own endpoints, and for the mock.
        level: What the suite may do.
        patience: How many seconds a job may take.
        interval: How many seconds pass between two polls.
        role: The role of imports, s3_uri their files, model_artifacts those of custom models, model an existing
            custom model: where a level needs them.
    """

    def __init__(
        self,
        session: boto3.Session,
        region: str,
        other_region: str,
        *,
        endpoint_url: str | None = None,
        level: Level = Level.IMPORT,
        patience: float = 60,
        interval: float = 0,
        role: str | None = "arn:aws:iam::123456789012:role/conformance",
        s3_uri: str | None = "s3://conformance-models/llama/",
        model_artifacts: str | None = "s3://conformance-models/nova/",
        model: str | None = None,
    ) -> None:
        self.is_aws = False
        self.account_id = "000000000000"
        self.tagged: list[tuple[str, list[str]]] = []
        self.region = region
        self.other_region = other_region
        self.level = level
        self.run_id = secrets.token_hex(4)
        self.created: list[tuple[str, str]] = []
        self.memory: dict[str, Any] = {}
        self._session = session
        self._endpoint_url = endpoint_url
        self._patience = patience
        self._interval = interval
        self._role, self._s3_uri, self._model_artifacts, self._model = role, s3_uri, model_artifacts, model
        self._clients: dict[tuple[str, str], Any] = {}
        self._numbers = itertools.count(1)

    @contextlib.contextmanager
    def ready(self, mock_options: Mapping[str, Any]) -> Iterator[None]:
        """Prepare the target for one check; only the mock has options."""
        yield

    def client(self, region: str | None = None, service: str = "bedrock") -> Any:
        """A client that sends any parameters, and does not retry."""
        key = (service, region or self.region)
        if key not in self._clients:
            config = Config(
                parameter_validation=False,
                ignore_configured_endpoint_urls=True,
                retries={"mode": "standard", "total_max_attempts": 1},
            )
            self._clients[key] = self._session.client(
                service, region_name=key[1], endpoint_url=self._endpoint_url, config=config
            )
        return self._clients[key]

    def name(self, kind: str = "x") -> str:
        """A name that has not been used."""
        return f"conformance-{self.run_id}-{kind}-{next(self._numbers)}"

    def call(
        self, operation: str, region: str | None = None, service: str = "bedrock", **parameters: Any
    ) -> Observation:
        """Call an operation, by the name of the client's method.

        Raises:
            NotThereError: If the target does not have it.
        """
        method = getattr(self.client(region, service), operation, None)
        if method is None:
            raise Blocked(f"this boto3 does not have {operation}")
        try:
            output = method(**parameters)
        except ClientError as error:
            described, metadata = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
            code = str(described.get("Code", ""))
            message = described.get("Message", "")
            if code in _NOT_THERE or metadata.get("HTTPStatusCode") in (405, 501) or message.startswith(_NO_ROUTE):
                raise NotThereError(operation) from error
            return Observation(metadata["HTTPStatusCode"], {}, metadata.get("HTTPHeaders", {}), code, message)
        except BotoCoreError as error:
            raise NotThereError(f"{operation}: {error}") from error
        metadata = output.pop("ResponseMetadata")
        self._remember(operation, region or self.region, output)
        return Observation(metadata["HTTPStatusCode"], output, metadata.get("HTTPHeaders", {}))

    def _remember(self, operation: str, region: str, output: Mapping[str, Any]) -> None:
        if operation.startswith("create_"):
            self.created += [(region, value) for value in output.values() if str(value).startswith("arn:")]

    def succeed(self, operation: str, region: str | None = None, **parameters: Any) -> Mapping[str, Any]:
        """The output of a call that has to succeed for the check to be made.

        Raises:
            Blocked: If it fails.
        """
        observed = self.call(operation, region, **parameters)
        if observed.code:
            raise Blocked(f"{operation} failed: {observed.code}: {observed.message}")
        return observed.output

    def import_parameters(self, **changes: Any) -> dict[str, Any]:
        """The required parameters of CreateModelImportJob; if no import may start, with a role that prevents it."""
        role = self._role if self.level is Level.IMPORT else NO_ROLE
        return {
            "jobName": self.name("job"),
            "importedModelName": self.name("model"),
            "roleArn": role or NO_ROLE,
            "modelDataSource": {
                "s3DataSource": {"s3Uri": self._s3_uri or "s3://bedrock-conformance-no-such-bucket/m/"}
            },
        } | changes

    def wait(self, look: Callable[[], Mapping[str, Any]], running: str, field: str = "status") -> Mapping[str, Any]:
        """Poll until a status has changed.

        Raises:
            Blocked: If that takes too long.
        """
        deadline = time.monotonic() + self._patience
        while (seen := look()).get(field) == running:
            if time.monotonic() > deadline:
                raise Blocked(f"still {running} after {self._patience:g} s")
            time.sleep(self._interval)
        return seen

    def imported(self, **changes: Any) -> dict[str, Any]:
        """An import: its parameters, the Get while it runs, and the Get at its end. All checks share one.

        Returns:
            ``parameters``, ``created``, ``running`` and ``ended``.
        """
        return dict(self._imported(**changes) if changes else self._remembered("imported", self._imported))

    def _imported(self, **changes: Any) -> dict[str, Any]:
        parameters = self.import_parameters(**changes)
        created = self.succeed("create_model_import_job", **parameters)

        def look() -> Mapping[str, Any]:
            return self.succeed("get_model_import_job", jobIdentifier=created["jobArn"])

        running = look()
        made = {"parameters": parameters, "created": created, "running": running}
        made["ended"] = self.wait(look, "InProgress") if running["status"] == "InProgress" else running
        if arn := made["ended"].get("importedModelArn"):
            self.created.append((self.region, arn))
        return made

    def _remembered(self, what: str, make: Callable[[], Any]) -> Any:
        """Make what all checks share once, and do not try again if it cannot be made."""
        if what not in self.memory:
            try:
                self.memory[what] = make()
            except (Blocked, NotThereError) as reason:
                self.memory[what] = reason
        if isinstance(self.memory[what], Exception):
            raise self.memory[what]
        return self.memory[what]

    def imported_model_arn(self) -> str:
        """An imported model.

        Raises:
            Blocked: If the import failed.
        """
        ended = self.imported()["ended"]
        if "importedModelArn" not in ended:
            raise Blocked(f"the import made no model: {ended.get('failureMessage', ended['status'])}")
        return str(ended["importedModelArn"])

    def custom_model_arn(self) -> str:
        """An active custom model: the one that the user named, or a new one."""
        if self._model:
            return self._model
        return str(self._remembered("custom model", self.new_custom_model))

    def new_custom_model(self, **changes: Any) -> str:
        """A new custom model, once it is active."""
        arn = str(self.succeed("create_custom_model", **self.custom_model_parameters(**changes))["modelArn"])
        self.wait(lambda: self.succeed("get_custom_model", modelIdentifier=arn), "Creating", "modelStatus")
        return arn

    def custom_model_parameters(self, **changes: Any) -> dict[str, Any]:
        """The required parameters of CreateCustomModel."""
        if not self._model_artifacts:
            raise Blocked("needs --model-artifacts, the S3 URI of a custom model's files")
        return {
            "modelName": self.name("custom"),
            "modelSourceConfig": {"s3DataSource": {"s3Uri": self._model_artifacts}},
            "roleArn": self._role or NO_ROLE,
        } | changes

    def new_custom_model_without_end(self, *, active: bool = True) -> str:
        """A new custom model, active or just created, for checks in which something stays in progress."""
        if active:
            return self.new_custom_model()
        return str(self.succeed("create_custom_model", **self.custom_model_parameters())["modelArn"])

    def failed_import(self) -> Mapping[str, Any]:
        """An import job that has failed, because it has no files."""
        nowhere = {"s3DataSource": {"s3Uri": f"s3://conformance-no-bucket-{self.run_id}/llama/"}}
        made = self._remembered("failed", lambda: self.imported(modelDataSource=nowhere))
        failed: Mapping[str, Any] = made["ended"]
        if failed["status"] != "Failed":
            raise Blocked(f"an import without files ended as {failed['status']}")
        return failed

    def training_parameters(self, **changes: Any) -> dict[str, Any]:
        """The required parameters of CreateModelCustomizationJob, with hyperparameters.

        Raises:
            Blocked: On AWS, where a training costs what the suite may not spend.
        """
        if self.is_aws:
            raise Blocked("costs a training")
        return {
            "jobName": self.name("training"),
            "customModelName": self.name("trained"),
            "roleArn": self._role or NO_ROLE,
            "baseModelIdentifier": "amazon.nova-lite-v1:0:300k",
            "trainingDataConfig": {"s3Uri": "s3://conformance-models/train.jsonl"},
            "outputDataConfig": {"s3Uri": "s3://conformance-models/output/"},
            "hyperParameters": {"epochCount": "1"},
        } | changes

    def training_started(self, **parameters: Any) -> str:
        """The ARN of a new customization job."""
        parameters = parameters or self.training_parameters()
        return str(self.succeed("create_model_customization_job", **parameters)["jobArn"])

    def job(self, arn: str) -> Mapping[str, Any]:
        """A customization job."""
        return self.succeed("get_model_customization_job", jobIdentifier=arn)

    def trained(self) -> dict[str, Any]:
        """A customization job: ``parameters``, ``running`` and ``ended``. All checks share one."""
        return dict(self._remembered("trained", self._trained))

    def _trained(self) -> dict[str, Any]:
        parameters = self.training_parameters()
        arn = self.training_started(**parameters)
        running = self.job(arn)
        ended = self.wait(lambda: self.job(arn), "InProgress")
        if model := ended.get("outputModelArn"):
            self.created.append((self.region, model))
        return {"parameters": parameters, "running": running, "ended": ended}

    def throughput_parameters(self, **changes: Any) -> dict[str, Any]:
        """The required parameters of CreateProvisionedModelThroughput.

        Raises:
            Blocked: On AWS, where throughput costs what the suite may not spend.
        """
        if self.is_aws:
            raise Blocked("costs provisioned throughput")
        model = {} if "modelId" in changes else {"modelId": self.custom_model_arn()}
        return {"provisionedModelName": self.name("throughput"), "modelUnits": 1} | model | changes

    def throughput(self, arn: str) -> Mapping[str, Any]:
        """Provisioned throughput."""
        return self.succeed("get_provisioned_model_throughput", provisionedModelId=arn)

    def new_throughput(self, **changes: Any) -> dict[str, Any]:
        """New throughput: the Get while it is created, and the one at its end."""
        parameters = self.throughput_parameters(**changes)
        arn = self.succeed("create_provisioned_model_throughput", **parameters)["provisionedModelArn"]
        first = self.throughput(arn)
        last = self.wait(lambda: self.throughput(arn), "Creating")
        return {"name": parameters["provisionedModelName"], "arn": arn, "first": first, "last": last}

    def provisioned(self) -> dict[str, Any]:
        """The same for throughput that all checks share."""
        return dict(self._remembered("provisioned", self.new_throughput))

    def deployed(self) -> dict[str, Any]:
        """A deployment of the custom model: the Get while it is created, and the one at its end."""
        return dict(self._remembered("deployed", self._deployed))

    def _deployed(self) -> dict[str, Any]:
        name = self.name("deployment")
        arn = self.succeed_to_deploy(self.custom_model_arn(), name)
        first = self.succeed("get_custom_model_deployment", customModelDeploymentIdentifier=arn)
        return {"name": name, "arn": arn, "first": first, "last": self.deployment_created(arn)}

    def succeed_to_deploy(self, model: str, name: str | None = None) -> str:
        """The ARN of a new deployment of a model."""
        parameters = {"modelDeploymentName": name or self.name("deployment"), "modelArn": model}
        return str(self.succeed("create_custom_model_deployment", **parameters)["customModelDeploymentArn"])

    def deployment_created(self, arn: str) -> Mapping[str, Any]:
        """A deployment, once it is not being created any more."""
        return self.wait(
            lambda: self.succeed("get_custom_model_deployment", customModelDeploymentIdentifier=arn), "Creating"
        )

    def gone(self, arn: str) -> Observation:
        """The first error of a Get of a deployment that was deleted.

        Raises:
            Blocked: If there is none for too long.
        """
        found: list[Observation] = []

        def look() -> Mapping[str, Any]:
            found.append(self.call("get_custom_model_deployment", customModelDeploymentIdentifier=arn))
            return found[-1].output

        self.wait(look, "Active")
        return found[-1]

    def copied(self, **changes: Any) -> dict[str, Any]:
        """A copy of the custom model in the other Region: ``parameters``, ``running`` and ``ended``."""
        return dict(self._copied(**changes) if changes else self._remembered("copied", self._copied))

    def _copied(self, **changes: Any) -> dict[str, Any]:
        source = changes.get("sourceModelArn") or self.custom_model_arn()
        parameters = {"sourceModelArn": source, "targetModelName": self.name("copy")} | changes
        job = self.succeed("create_model_copy_job", self.other_region, **parameters)["jobArn"]

        def look() -> Mapping[str, Any]:
            return self.succeed("get_model_copy_job", self.other_region, jobArn=job)

        running = look()
        made = {"parameters": parameters, "running": running, "ended": self.wait(look, "InProgress")}
        if made["ended"]["status"] == "Completed":
            self.created.append((self.other_region, made["ended"]["targetModelArn"]))
        return made

    def tag_arn(self) -> str:
        """The model to tag: the one that the user named, or else an imported one."""
        return self._model or self.imported_model_arn()

    def tags(self, arn: str) -> dict[str, str]:
        """The tags of a resource."""
        listed = self.succeed("list_tags_for_resource", resourceARN=arn)["tags"]
        return {tag["key"]: tag["value"] for tag in listed}

    def clean_up(self, say: Callable[[str], None]) -> None:
        """Remove what the suite has created and can remove, and name what remains.

        Args:
            say: Prints a line.
        """
        for arn, keys in self.tagged:
            self._undo(
                say, f"tags {', '.join(keys)} of {arn}", self.region, "untag_resource", resourceARN=arn, tagKeys=keys
            )
        made = [(region, arn, arn.split(":", 5)[5].partition("/")[0]) for region, arn in reversed(self.created)]
        # A model that is deployed or provisioned cannot be deleted.
        for region, arn, kind in sorted(dict.fromkeys(made), key=lambda row: row[2] not in _HOLD_MODELS):
            if kind in _DELETES:
                operation, parameter = _DELETES[kind]
                self._undo(say, arn, region, operation, **{parameter: arn})
                if kind == "custom-model-deployment":
                    with contextlib.suppress(Blocked, NotThereError):
                        self.gone(arn)
            else:
                say(f"stays forever, and so does its name: {arn}; if it still runs, delete the model that it creates")
        self.tagged.clear()
        self.created.clear()

    def _undo(self, say: Callable[[str], None], what: str, region: str, operation: str, **parameters: Any) -> None:
        try:
            getattr(self.client(region), operation)(**parameters)
        except (BotoCoreError, ClientError) as error:
            if not any(code in str(error) for code in ("NotFound", "ValidationException")):  # it is gone already
                say(f"could not be removed, please do so: {what}: {error}")
