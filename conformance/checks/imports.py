"""Import jobs and imported models."""

from __future__ import annotations

from ..observing import Finding, Level, accepted, fact, refused
from ..registry import check
from ..target import Target

UNKNOWN = "abcdefabcdef"


def unknown_arn(target: Target, kind: str) -> str:
    """An ARN that does not exist, in the caller's account where that is known."""
    return f"arn:aws:bedrock:{target.region}:{target.account_id}:{kind}/{UNKNOWN}"


@check("import-job-name-used", Level.IMPORT)
def import_job_name_used(target: Target) -> list[Finding]:
    """The name of a job that has ended."""
    name = target.imported()["parameters"]["jobName"]
    observed = target.call("create_model_import_job", **target.import_parameters(jobName=name))
    text = "The provided job name is currently in use."
    return [refused("a create with a used job name", observed, "ValidationException", message=text)]


@check("imported-model-name-unique", Level.IMPORT)
def imported_model_name_unique(target: Target) -> list[Finding]:
    """A model's name in one Region and in another."""
    target.imported_model_arn()
    name = target.imported()["parameters"]["importedModelName"]
    observed = target.call("create_model_import_job", **target.import_parameters(importedModelName=name))
    return [fact("a second model of this name is refused", True, observed.code is not None)]


@check("imported-model-name-used", Level.IMPORT)
def imported_model_name_used(target: Target) -> list[Finding]:
    """The code of that refusal."""
    target.imported_model_arn()
    name = target.imported()["parameters"]["importedModelName"]
    observed = target.call("create_model_import_job", **target.import_parameters(importedModelName=name))
    return [refused("a create with a used model name", observed, "ConflictException")]


@check("imported-model-name-running-import", Level.IMPORT, progress="manual")
def imported_model_name_running_import(target: Target) -> list[Finding]:
    """The name of a model that an import is creating."""
    running = target.import_parameters()
    target.succeed("create_model_import_job", **running)
    again = target.import_parameters(importedModelName=running["importedModelName"])
    observed = target.call("create_model_import_job", **again)
    return [fact("a second import of this model is refused", True, observed.code is not None)]


@check("import-job-running-fields", Level.IMPORT)
def import_job_running_fields(target: Target) -> list[Finding]:
    """The fields of a job that runs, and of one that has completed."""
    made = target.imported()
    late = {"importedModelArn", "endTime"}
    return [
        fact("status while it runs", "InProgress", made["running"]["status"]),
        fact("of importedModelArn and endTime, while it runs", [], sorted(late & made["running"].keys())),
        fact("of both, at its end", sorted(late), sorted(late & made["ended"].keys())),
    ]


@check("import-job-failed-no-model", Level.IMPORT)
def import_job_failed_no_model(target: Target) -> list[Finding]:
    """A job without files."""
    ended = target.failed_import()
    return [fact("a failed job has importedModelArn", False, "importedModelArn" in ended)]


@check("import-job-failure-message", Level.IMPORT)
def import_job_failure_message(target: Target) -> list[Finding]:
    """A failureMessage, of a job that failed."""
    ended = target.failed_import()
    return [
        fact("a failed job has failureMessage", True, "failureMessage" in ended),
    ]


@check("import-files-unreadable", Level.IMPORT)
def import_files_unreadable(target: Target) -> list[Finding]:
    """The failureMessage of a job without files."""
    message, begins = target.failed_import().get("failureMessage", ""), "Could not validate GetObject permissions"
    return [fact("it begins", begins, message[: len(begins)])]


@check("import-job-last-modified", Level.IMPORT)
def import_job_last_modified(target: Target) -> list[Finding]:
    """LastModifiedTime and endTime."""
    made = target.imported()
    return [
        fact("it has lastModifiedTime while it runs", True, "lastModifiedTime" in made["running"]),
        fact(
            "lastModifiedTime is endTime", True, made["ended"].get("lastModifiedTime") == made["ended"].get("endTime")
        ),
    ]


def refused_name(target: Target, operation: str, parameter: str) -> list[Finding]:
    """A name that does not exist, for an operation of import jobs or imported models."""
    observed = target.call(operation, **{parameter: target.name("unused")})
    return [refused("an unknown name", observed, "ValidationException")]


def refused_arn(target: Target, operation: str, parameter: str, kind: str) -> list[Finding]:
    """An ARN that does not exist."""
    observed = target.call(operation, **{parameter: unknown_arn(target, kind)})
    return [refused("an unknown ARN", observed, "ResourceNotFoundException", 404)]


@check("import-job-unknown-name")
def import_job_unknown_name(target: Target) -> list[Finding]:
    """A name that no job has."""
    return refused_name(target, "get_model_import_job", "jobIdentifier")


@check("import-job-unknown-arn")
def import_job_unknown_arn(target: Target) -> list[Finding]:
    """An ARN that no job has."""
    return refused_arn(target, "get_model_import_job", "jobIdentifier", "model-import-job")


@check("import-job-empty-identifier")
def import_job_empty_identifier(target: Target) -> list[Finding]:
    """The path of the list, with a slash at its end."""
    return [refused("jobIdentifier=''", target.call("get_model_import_job", jobIdentifier=""), "ValidationException")]


@check("import-job-summary-no-failure-message", Level.IMPORT)
def import_job_summary_no_failure_message(target: Target) -> list[Finding]:
    """The row of a failed job in the list."""
    ended = target.failed_import()
    rows = target.succeed("list_model_import_jobs", nameContains=ended["jobName"])["modelImportJobSummaries"]
    return [
        fact("the job is listed", [ended["jobArn"]], [row["jobArn"] for row in rows]),
        fact("its row has failureMessage", [False], ["failureMessage" in row for row in rows]),
    ]


@check("imported-model-appears", Level.IMPORT)
def imported_model_appears(target: Target) -> list[Finding]:
    """The model after its job has completed, and another one's before."""
    arn = target.imported_model_arn()
    return [accepted("the model of a completed job", target.call("get_imported_model", modelIdentifier=arn))]


@check("imported-model-creation-time", Level.IMPORT)
def imported_model_creation_time(target: Target) -> list[Finding]:
    """CreationTime of the model and of its job."""
    model = target.succeed("get_imported_model", modelIdentifier=target.imported_model_arn())
    return [fact("they are equal", True, model.get("creationTime") == target.imported()["ended"].get("creationTime"))]


@check("imported-model-unknown-name")
def imported_model_unknown_name(target: Target) -> list[Finding]:
    """A name that no model has."""
    return refused_name(target, "get_imported_model", "modelIdentifier")


@check("imported-model-unknown-arn")
def imported_model_unknown_arn(target: Target) -> list[Finding]:
    """An ARN that no model has."""
    return refused_arn(target, "get_imported_model", "modelIdentifier", "imported-model")


@check("imported-model-defaults", Level.IMPORT)
def imported_model_defaults(target: Target) -> list[Finding]:
    """What a model is by default: the mock's own."""
    model = target.succeed("get_imported_model", modelIdentifier=target.imported_model_arn())
    units = model.get("customModelUnits", {}).get("customModelUnitsPerModelCopy")
    return [
        fact("modelArchitecture", "llama", model.get("modelArchitecture")),
        fact("instructSupported", True, model.get("instructSupported")),
        fact("customModelUnitsPerModelCopy", 1, units),
    ]


@check("imported-model-deleted", Level.IMPORT)
def imported_model_deleted(target: Target) -> list[Finding]:
    """A deletion, and what is left."""
    arn, made = target.imported_model_arn(), target.imported()
    deleted = target.call("delete_imported_model", modelIdentifier=arn)
    target.memory.pop("imported")
    return [
        accepted("the deletion", deleted),
        accepted("Get of the job", target.call("get_model_import_job", jobIdentifier=made["created"]["jobArn"])),
        fact(
            "Get of the model is refused", True, target.call("get_imported_model", modelIdentifier=arn).code is not None
        ),
    ]
