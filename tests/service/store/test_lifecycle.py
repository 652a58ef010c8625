"""What a kind of resource can declare: ends of every sort, tried with a kind that the mock does not have."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

import pytest

from pytest_bedrock_jobs.jobs_and_models import end_job
from pytest_bedrock_jobs.service import arns
from pytest_bedrock_jobs.service.errors import UsageError
from pytest_bedrock_jobs.service.operations.operation import Request, listed
from pytest_bedrock_jobs.service.store.outcomes import Outcome
from pytest_bedrock_jobs.service.store.resources import ResourceKind, Store

NOON = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone.utc)
MINUTE = datetime.timedelta(minutes=1)
HERE, THERE = (arns.Scope("123456789012", region, "aws") for region in ("us-east-1", "eu-west-1"))


@dataclass(frozen=True, slots=True)
class Thing:
    """A job or a model."""

    arn: str
    name: str
    status: str
    creation_time: datetime.datetime = NOON
    end_time: datetime.datetime | None = None
    message: str | None = None


def _trained(job, outcome, time):
    status = "Completed" if outcome.failure_message is None else "Failed"
    return replace(job, status=status, end_time=time, message=outcome.failure_message)


def _make(job, _outcome, new_arn):
    return job, Thing(new_arn("model"), f"{job.name}-model", "Active", job.creation_time)


def _stopped(job, _outcome, time):
    return replace(job, status="Stopped", end_time=time)


def _updated(job, outcome, _time):
    """Whatever comes of it, the old state is back."""
    return replace(job, status="Completed", message=outcome.failure_message)


def _deleted(_job, _outcome, _time):
    return None


MODEL = ResourceKind(words="model", arn_type="model")
TRAINING = ResourceKind(
    words="training",
    arn_type="training",
    end=_trained,
    makes=MODEL,
    make=_make,
    promised=lambda job: () if job.status == "Stopping" else (f"{job.name}-model",),
)


class Trainings:
    """The store, and what operations on trainings do to it."""

    def __init__(self, progress="polls"):
        settings = {"progress": progress, "cold_models": False, "quotas": False}
        self.store = Store((TRAINING.arn_type, MODEL.arn_type), settings, iter("abcdef").__next__)
        self.now = NOON

    def start(self, name="llama", scope=HERE):
        """A new training; its ARN."""
        job = Thing(arns.make(scope, "training", name), name, "InProgress", self.now)
        self.store.start(scope, TRAINING, job)
        return job.arn

    def change(self, arn, end, **fields):
        """An operation that lets it change for a while."""
        job = replace(self.store.table(TRAINING).record(arn), **fields)
        self.store.change(HERE, TRAINING, job, self.now, end)

    def get(self, arn):
        """The status that a Get returns; None for ResourceNotFoundException."""
        self.store.settle(self.now)
        self.store.poll(arn, self.now)
        job = self.store.table(TRAINING).get(arn)
        return job and job.status

    def end(self, job, message=None):
        """The test ends it by hand, with a message as a failure."""
        end_job(self.store, job, Outcome(message), self.now)

    def pending(self):
        """The names of the jobs that will make a model."""
        jobs = self.store.table(TRAINING)
        return [jobs.record(running.arn).name for running in self.store.pending(MODEL, HERE)]


def test_an_end_makes_a_model_in_the_scope_of_its_job():
    """The kind says so; the model is found there under its name, and was promised until then."""
    trainings = Trainings()
    arn = trainings.start()
    trainings.start("other", THERE)
    assert [running.arn for running in trainings.store.pending(MODEL, HERE, "llama-model")] == [arn]
    assert trainings.store.pending(MODEL, HERE, "other-model") == []
    trainings.end(arn)

    models = trainings.store.table(MODEL)
    assert models.find(HERE, "llama-model").arn == "arn:aws:bedrock:us-east-1:123456789012:model/a"
    assert models.find(THERE, "llama-model") is None
    assert trainings.pending() == []


def test_a_job_can_be_stopped():
    """It is Stopping until the next poll but one, then Stopped, and makes no model."""
    trainings = Trainings()
    arn = trainings.start()
    assert trainings.get(arn) == "InProgress"
    trainings.change(arn, _stopped, status="Stopping")

    assert trainings.pending() == []
    assert [trainings.get(arn) for _ in range(3)] == ["Stopping", "Stopped", "Stopped"]
    assert trainings.store.table(MODEL).all() == ()
    assert trainings.store.running == {}


def test_a_stop_takes_its_own_time():
    """As long as a job does, from the request to stop; the job's own end is not due any more."""
    trainings = Trainings(10 * MINUTE)
    arn = trainings.start()
    trainings.now += 9 * MINUTE
    trainings.change(arn, _stopped, status="Stopping")
    trainings.now += 9 * MINUTE
    assert trainings.get(arn) == "Stopping"
    trainings.now += MINUTE
    assert trainings.get(arn) == "Stopped"
    assert trainings.store.table(TRAINING).record(arn).end_time == NOON + 19 * MINUTE


def test_the_test_can_end_a_stop():
    """Where only the test ends things, it ends this too, once."""
    trainings = Trainings("manual")
    arn = trainings.start()
    trainings.change(arn, _stopped, status="Stopping")
    assert trainings.get(arn) == "Stopping"
    trainings.end("llama")
    assert trainings.get(arn) == "Stopped"
    with pytest.raises(UsageError, match="has ended and does not change any more"):
        trainings.end("llama")


@pytest.mark.parametrize("message", [None, "No capacity."])
def test_something_that_has_ended_can_change_again(message):
    """As an update of what is in service does: it neither begins nor ends like the first time, and makes nothing."""
    trainings = Trainings()
    arn = trainings.start()
    trainings.end(arn)
    trainings.change(arn, _updated, status="Updating")
    assert trainings.get(arn) == "Updating"
    trainings.end(arn, message)
    assert trainings.get(arn) == "Completed"
    assert trainings.store.table(TRAINING).record(arn).message == message
    assert len(trainings.store.table(MODEL).all()) == 1


def test_something_can_disappear_after_a_poll():
    """It is there as before while it is deleted; then neither its ARN nor its name finds it."""
    trainings = Trainings()
    arn = trainings.start()
    trainings.end(arn)
    trainings.change(arn, _deleted)
    assert [trainings.get(arn) for _ in range(3)] == ["Completed", None, None]
    assert trainings.store.table(TRAINING).find(HERE, "llama") is None
    assert trainings.store.table(TRAINING).count(HERE) == 0


@pytest.mark.parametrize("order", ["Ascending", "Descending"])
def test_a_list_is_a_poll_after_which_something_disappears(order):
    """The rows beside it are all there."""
    trainings = Trainings()
    names = ["a", "b", "c", "d"]
    for arn in map(trainings.start, names):
        trainings.end(arn)
        if arn.endswith(("b", "c")):
            trainings.change(arn, _deleted)
    request = Request("ListTrainings", HERE, NOON, trainings.store)

    def names_listed():
        page = listed(request, {"sortOrder": order}, TRAINING, "trainings", lambda _, job: {"name": job.name})
        return sorted(row["name"] for row in page["trainings"])

    assert [names_listed() for _ in range(3)] == [names, ["a", "d"], ["a", "d"]]


def test_what_is_due_ends_in_the_order_in_which_it_is_due():
    """Not in the order in which it came into the store: the test's clock may have been set back."""
    trainings = Trainings(10 * MINUTE)
    for name, minutes in (("second", 2), ("third", 3), ("first", 1), ("not yet", 9)):
        trainings.now = NOON + minutes * MINUTE
        trainings.start(name)
    trainings.now = NOON + 15 * MINUTE
    trainings.store.settle(trainings.now)

    assert [model.name for model in trainings.store.table(MODEL).all()] == [
        "first-model",
        "second-model",
        "third-model",
    ]
    assert trainings.pending() == ["not yet"]
