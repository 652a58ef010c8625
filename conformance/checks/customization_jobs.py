"""Customization jobs."""

from __future__ import annotations

from ..observing import Finding, Level, fact, refused
from ..registry import check
from ..target import Target
from .copies import BASE
from .imports import unknown_arn


@check("customization-statuses", Level.IMPORT)
def customization_statuses(target: Target) -> list[Finding]:
    """A job that completes, and one that is stopped."""
    made, stopping = target.trained(), target.training_started()
    target.succeed("stop_model_customization_job", jobIdentifier=stopping)
    first = target.job(stopping)
    last = target.wait(lambda: target.job(stopping), "Stopping")
    return [
        fact("of a job", ["InProgress", "Completed"], [made["running"]["status"], made["ended"]["status"]]),
        fact("of a stopped one", ["Stopping", "Stopped"], [first["status"], last["status"]]),
        fact("it has a model", False, "outputModelArn" in last),
    ]


@check("customization-sub-tasks", Level.IMPORT)
def customization_sub_tasks(target: Target) -> list[Finding]:
    """Of a job that has completed."""
    details = target.trained()["ended"]["statusDetails"]
    statuses = {name: task["status"] for name, task in details.items()}
    return [fact("statuses", {"validationDetails": "Completed", "trainingDetails": "Completed"}, statuses)]


@check("customization-job-name", Level.IMPORT)
def customization_job_name(target: Target) -> list[Finding]:
    """The name of a job that has ended."""
    name = target.trained()["parameters"]["jobName"]
    observed = target.call("create_model_customization_job", **target.training_parameters(jobName=name))
    text = "The provided job name is currently in use."
    return [
        refused("a second job of this name", observed, "ValidationException"),
        fact("the text", text, observed.message),
    ]


@check("customization-model-name", Level.IMPORT)
def customization_model_name(target: Target) -> list[Finding]:
    """The name of a model that exists, and of one that will."""
    ended, running = target.trained()["parameters"], target.training_parameters()
    target.succeed("create_model_customization_job", **running)
    return [
        refused(
            f"a second model of this name, {when}",
            target.call(
                "create_model_customization_job",
                **target.training_parameters(customModelName=parameters["customModelName"]),
            ),
            "ValidationException",
        )
        for when, parameters in (("after the job", ended), ("during the job", running))
    ]


@check("customization-base-model")
def customization_base_model(target: Target) -> list[Finding]:
    """A custom model that does not exist."""
    base = unknown_arn(target, f"custom-model/{BASE}")
    observed = target.call("create_model_customization_job", **target.training_parameters(baseModelIdentifier=base))
    return [refused("an unknown custom model", observed, "ResourceNotFoundException", 404)]


@check("customization-model", Level.IMPORT)
def customization_model(target: Target) -> list[Finding]:
    """What a model says of the job that made it."""
    made = target.trained()
    job = made["ended"]
    model = target.succeed("get_custom_model", modelIdentifier=job["outputModelArn"])
    same = ("jobName", "jobArn", "hyperParameters", "trainingDataConfig", "outputDataConfig", "trainingMetrics")
    return [
        *(fact(name, job.get(name), model.get(name)) for name in same),
        fact("the ids are the same", False, job["jobArn"][-12:] == model["modelArn"][-12:]),
        fact("the job has metrics while it runs", False, "trainingMetrics" in made["running"]),
    ]


@check("customization-stop", Level.IMPORT)
def customization_stop(target: Target) -> list[Finding]:
    """A job that has ended."""
    job = target.trained()["ended"]["jobArn"]
    observed = target.call("stop_model_customization_job", jobIdentifier=job)
    return [refused("the stop", observed, "ConflictException", 400)]


@check("quota-customization-jobs", Level.IMPORT, quotas=True, progress="manual")
def quota_customization_jobs(target: Target) -> list[Finding]:
    """The eleventh job in progress."""
    for _ in range(10):
        target.training_started()
    observed = target.call("create_model_customization_job", **target.training_parameters())
    return [refused("the eleventh", observed, "ServiceQuotaExceededException", 400)]


@check("custom-model-base-name", Level.IMPORT)
def custom_model_base_name(target: Target) -> list[Finding]:
    """A row of the list."""
    arn = target.custom_model_arn()
    rows = target.succeed("list_custom_models", maxResults=1000)["modelSummaries"]
    return [fact("baseModelName", [""], [row.get("baseModelName") for row in rows if row["modelArn"] == arn])]


@check("copy-training", Level.IMPORT)
def copy_training(target: Target) -> list[Finding]:
    """A copy of a model that was trained."""
    source = target.trained()["ended"]["outputModelArn"]
    copy = target.copied(sourceModelArn=source)["ended"]["targetModelArn"]
    model = target.succeed("get_custom_model", target.other_region, modelIdentifier=copy)
    return [fact("jobArn", target.trained()["ended"]["jobArn"], model.get("jobArn"))]
