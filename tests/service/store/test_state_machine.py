"""All sixteen operations beside a plain model of them: whatever is done in whatever order, both say the same."""

from __future__ import annotations

import contextlib
import datetime
import functools
import re
import warnings

import pytest
from botocore.exceptions import ClientError
from frozen_time import frozen_time
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from lives import custom_model_parameters
from plain_model import MOST_TAGS, PlainModel, RefusedError, tag_list
from support import make_client

from pytest_bedrock_jobs import NEXT_JOB, CopyJob, IdempotencyTokenWarning, ImportedModel, UsageError, mock_bedrock_jobs

ACCOUNTS = ("123456789012", "210987654321")
PLACES = tuple((account, region) for account in ACCOUNTS for region in ("us-east-1", "eu-west-1"))
KMS_KEY = "0123abcd-0123-0123-0123-0123456789ab"
BASE_MODELS = ("imported", "amazon.nova-lite-v1", "meta.llama3-1-8b-instruct-v1:0")
FOUNDATION_MODELS = [
    f"arn:aws:bedrock:{region}::foundation-model/{base}" for _, region in PLACES for base in BASE_MODELS if "." in base
]
STRANGERS = [
    "arn:aws:bedrock:us-east-1:123456789012:model-import-job/000000000000",
    "arn:aws:bedrock:us-east-1:123456789012:imported-model/000000000000",
    "arn:aws:bedrock:us-east-1:123456789012:custom-model/imported/000000000000",
    "arn:aws:bedrock:us-east-1:123456789012:model-copy-job/000000000000",
]
KINDS = {
    "model-import-job": "GetModelImportJob",
    "imported-model": "GetImportedModel",
    "custom-model": "GetCustomModel",
    "model-copy-job": "GetModelCopyJob",
}
CREATED = {
    "CreateModelImportJob": "model-import-job",
    "CreateCustomModel": "custom-model/imported",
    "CreateModelCopyJob": "model-copy-job",
}
TRAINING = ("jobName", "jobArn", "trainingDataConfig", "outputDataConfig", "trainingMetrics", "validationMetrics")
MINUTE = datetime.timedelta(minutes=1)

places = st.sampled_from([*PLACES, PLACES[0], PLACES[0], PLACES[0]])
names = st.sampled_from(["a", "ab", "b-c", "B", "model1"])
indexes = st.integers(min_value=0, max_value=40)
seldom = st.sampled_from([False, False, False, True])
keys = st.sampled_from(["team", "Team", "stage", "aws:owner", "cost"])
tag_items = st.fixed_dictionaries({"key": keys, "value": st.sampled_from(["", "x", "y z"])})
few_tags = st.lists(tag_items, max_size=3)
many_tags = st.builds(
    lambda first, count: [{"key": f"key-{number}", "value": "v"} for number in range(first, first + count)],
    st.integers(min_value=0, max_value=30),
    st.sampled_from([10, 25, 49, 50, 51]),
)
tags = st.one_of(few_tags, few_tags, many_tags)
tokens = st.sampled_from([None, None, None, "token-1", "token-2"])
statuses = st.sampled_from(["InProgress", "Completed", "Failed"])


@functools.cache
def client(account, region):
    """A client of an account in a Region."""
    return make_client(region_name=region, aws_account_id=account)


class Bedrock(RuleBasedStateMachine):
    """The mock and the plain model, side by side."""

    def __init__(self):
        super().__init__()
        self.stack = contextlib.ExitStack()
        self.time = self.stack.enter_context(frozen_time())
        self.jobs = self.stack.enter_context(
            mock_bedrock_jobs(account_id=ACCOUNTS[0], region="us-east-1", allow_unused=True)
        )
        self.model = PlainModel(self.jobs.clock.now(), self.imported_model_arn)
        self.arns = list(STRANGERS)
        self.place = PLACES[0]
        self.pages = []
        self.sent = []
        self.terminal = {}

    def teardown(self):
        """The mock ends."""
        self.stack.close()

    @initialize(
        place=places, ends=st.lists(statuses, min_size=2, max_size=6), customs=st.integers(min_value=0, max_value=3)
    )
    def begin_in_the_middle(self, place, ends, customs):
        """Lists have rows, and pages more than one, from the first step."""
        for number, status in enumerate(ends):
            self.add_import_job(place, f"begun-{number}", f"begun-{number}", status, [])
        for number in range(customs):
            self.add_custom_model(place, f"custom-{number}", BASE_MODELS[number], False)
        if customs:
            for number in range(len(ends)):
                self.create_copy(place, f"copy-{number}", None, [], number, False)

    # Both sides

    def imported_model_arn(self, job_arn):
        """The ARN the service gave to an import job's model."""
        [arn] = [job.imported_model_arn for job in self.jobs.import_jobs if job.arn == job_arn]
        return self.learn(arn, "imported-model", next(row for row in self.model.imports if row["arn"] == job_arn))

    def learn(self, arn, kind, row=None):
        """An ARN that the service made up just now: of the right form and place, and never seen before."""
        account, region = row["place"] if row else self.place
        assert re.fullmatch(rf"arn:aws:bedrock:{region}:{account}:{kind}/[a-z0-9]{{12}}", arn)
        assert arn not in self.arns
        self.arns.append(arn)
        return arn

    def real(self, operation, **parameters):
        """The service's output, or the code of its error."""
        method = re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always", IdempotencyTokenWarning)
            try:
                received = getattr(client(*self.place), method)(**parameters)
            except ClientError as error:
                received = error.response["Error"]["Code"]
            else:
                del received["ResponseMetadata"]
        self.warned = [warning.category for warning in warned]
        return received

    def plain(self, ask, *args, **kwargs):
        """The plain model's output, or the code of its error."""
        try:
            return ask(*args, **kwargs)
        except RefusedError as error:
            return error.code

    def create(self, operation, place, parameters):
        """Create something on both sides."""
        self.place = place
        if "clientRequestToken" in parameters:
            self.sent.append((operation, parameters))
        first = self.model.replays(place, operation, parameters)
        received = self.real(operation, **parameters)
        arn = next(iter(received.values())) if isinstance(received, dict) else None
        target = next((job.target_model_arn for job in self.jobs.copy_jobs if job.arn == arn), None)
        expected = self.plain(self.model.create, place, operation, parameters, arn, target)
        assert (arn or received) == expected
        assert self.warned == ([IdempotencyTokenWarning] if first not in (None, parameters) else [])
        if arn and first is None:
            self.learn(arn, CREATED[operation])
        if target and first is None:
            self.learn(target, re.escape(parameters["sourceModelArn"].split(":", 5)[5].rpartition("/")[0]))

    # Creates

    @rule(place=places, name=names, model_name=names, token=tokens, job_tags=tags, model_tags=tags, more=seldom)
    def create_import(self, place, name, model_name, token, job_tags, model_tags, more):
        """CreateModelImportJob."""
        parameters = {
            "jobName": f"{name}.{len(self.model.imports) // 2}",  # half of the names are new
            "importedModelName": model_name,
            "roleArn": f"arn:aws:iam::{place[0]}:role/{name}",
            "modelDataSource": {"s3DataSource": {"s3Uri": f"s3://bucket/{name}/"}},
        }
        if job_tags:
            parameters["jobTags"] = job_tags
        if model_tags:
            parameters["importedModelTags"] = model_tags
        if token:
            parameters["clientRequestToken"] = token
        if more:
            parameters["vpcConfig"] = {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1", "sg-2"]}
            parameters["importedModelKmsKeyId"] = KMS_KEY
        self.create("CreateModelImportJob", place, parameters)

    @rule(place=places, name=names, token=tokens, model_tags=tags)
    def create_custom(self, place, name, token, model_tags):
        """CreateCustomModel."""
        parameters = custom_model_parameters(modelName=name)
        if model_tags:
            parameters["modelTags"] = model_tags
        if token:
            parameters["clientRequestToken"] = token
        self.create("CreateCustomModel", place, parameters)

    @rule(place=places, name=names, token=tokens, model_tags=tags, which=indexes, more=seldom)
    def create_copy(self, place, name, token, model_tags, which, more):
        """CreateModelCopyJob."""
        sources = [arn for arn in self.arns if ":custom-model/" in arn]
        source = sources[which % len(sources)]
        parameters = {"sourceModelArn": source, "targetModelName": name}
        if model_tags:
            parameters["targetModelTags"] = model_tags
        if token:
            parameters["clientRequestToken"] = token
        if more:
            parameters["modelKmsKeyId"] = KMS_KEY
        self.create("CreateModelCopyJob", place, parameters)

    @precondition(lambda self: self.sent)
    @rule(which=indexes, place=places, changed=st.booleans())
    def repeat(self, which, place, changed):
        """A create whose token came before, with the same or other parameters, there or elsewhere."""
        operation, parameters = self.sent[which % len(self.sent)]
        name = {"CreateModelImportJob": "jobName", "CreateCustomModel": "modelName"}.get(operation, "targetModelName")
        self.create(operation, place, parameters | ({name: f"changed-{which}"} if changed else {}))

    # Seeding

    @rule(place=places, name=names, model_name=names, status=statuses, job_tags=few_tags)
    def add_import_job(self, place, name, model_name, status, job_tags):
        """An import job that is there by the test's word."""
        self.place = place
        own_tags = {tag["key"]: tag["value"] for tag in job_tags if not tag["key"].startswith("aws:")}
        taken = self.model.find(self.model.imports, place, name) or self.model.find(
            self.model.imported, place, model_name
        )
        taken = taken or any(
            row["kind"] == "import" and row["model_name"] == model_name
            for row in self.model.of(self.model.running, place)
        )
        where = {"account_id": place[0], "region": place[1]}
        if taken:
            with pytest.raises(UsageError, match="in use"):
                self.jobs.add_import_job(name, status=status, imported_model_name=model_name, **where)
            return
        job = self.jobs.add_import_job(name, status=status, imported_model_name=model_name, tags=own_tags, **where)
        parameters = {
            "roleArn": job.role_arn,
            "modelDataSource": {"s3DataSource": {"s3Uri": "s3://models/llama/"}},
        }
        row = self.model.add_import(
            place, self.learn(job.arn, "model-import-job"), name, model_name, parameters, own_tags, {}
        )
        by_hand, self.model.progress = self.model.progress, "time"
        self.model.start(row)
        self.model.progress = by_hand
        if status != "InProgress":
            self.model.end(row, self.model.now, {"failure": job.failure_message})
        assert job.status == status

    @rule(place=places, name=names, base_model=st.sampled_from(BASE_MODELS), shared=st.booleans())
    def add_custom_model(self, place, name, base_model, shared):
        """A custom model that is there by the test's word."""
        self.place = place
        others = [account for account in ACCOUNTS if account != place[0] and shared]
        options = {"base_model": base_model, "shared_with": others, "account_id": place[0], "region": place[1]}
        self.model.settle()
        if self.model.name_is_taken(place, name):
            with pytest.raises(UsageError, match="already exists"):
                self.jobs.add_custom_model(name, **options)
            return
        record = self.jobs.add_custom_model(name, **options)
        self.model.add_custom(place, self.learn(record.arn, f"custom-model/{base_model}"), name, others)

    # Reading one, deleting one

    @rule(which=indexes, other=seldom, place=places)
    def get_by_arn(self, which, other, place):
        """One of the four Gets."""
        arn = self.arn(which, other, place)
        self.get(KINDS[re.split("[:/]", arn)[5]], arn)

    @rule(which=indexes, times=st.integers(min_value=1, max_value=3))
    def poll_newest(self, which, times):
        """The same Get a few times, of something new."""
        arn = self.arns[-1 - which % min(len(self.arns), 4)]
        self.place = tuple(arn.split(":")[4:2:-1])
        for _ in range(times):
            self.get(KINDS[re.split("[:/]", arn)[5]], arn)

    @rule(place=places, name=names, suffix=st.sampled_from(["", "", ".0", ".1", ".2", ".3"]), data=st.data())
    def get_by_name(self, place, name, suffix, data):
        """One of the three Gets that take names."""
        self.place = place
        if suffix:
            self.get("GetModelImportJob", name + suffix)
        else:
            self.get(data.draw(st.sampled_from(["GetModelImportJob", "GetImportedModel", "GetCustomModel"])), name)

    def arn(self, which, other, place):
        """Some ARN; the place that asks is nearly always its own."""
        arn = self.arns[which % len(self.arns)]
        self.place = place if other else tuple(arn.split(":")[4:2:-1])
        return arn

    def get(self, operation, identifier):
        """Compare one Get."""
        name, ask = {
            "GetModelImportJob": ("jobIdentifier", self.model.get_import),
            "GetImportedModel": ("modelIdentifier", self.model.get_imported),
            "GetCustomModel": ("modelIdentifier", self.model.get_custom),
            "GetModelCopyJob": ("jobArn", self.model.get_copy),
        }[operation]
        received = self.real(operation, **{name: identifier})
        expected = self.plain(ask, self.place, identifier)
        if operation == "GetCustomModel" and isinstance(received, dict):
            training = [received.pop(name, None) for name in TRAINING]
            imported = received["customizationType"] == "IMPORTED"
            assert [value is None for value in training] == [imported] * len(TRAINING)
        assert received == expected

    @rule(which=indexes, gone=seldom, by_name=st.booleans(), other=seldom, place=places)
    def delete(self, which, gone, by_name, other, place):
        """DeleteImportedModel or DeleteCustomModel, mostly of what is there; then a Get by its name."""
        rows = self.model.imported + self.model.customs
        if gone or not rows:
            models = [arn for arn in self.arns if ":imported-model/" in arn or ":custom-model/" in arn]
            identifier = name = arn = models[which % len(models)]
        else:
            row = rows[which % len(rows)]
            arn, name = row["arn"], row["name"]
            identifier = name if by_name else arn
        self.place = place if other else tuple(arn.split(":")[4:2:-1])
        if ":imported-model/" in arn:
            kind, ask = "ImportedModel", self.model.delete_imported
        else:
            kind, ask = "CustomModel", self.model.delete_custom
        received = self.real(f"Delete{kind}", modelIdentifier=identifier)
        assert received == self.plain(ask, self.place, identifier)
        self.get(f"Get{kind}", name)

    # Lists

    @rule(
        place=places,
        other=seldom,
        operation=st.sampled_from(
            ["ListModelImportJobs", "ListImportedModels", "ListModelCopyJobs", "ListCustomModels"]
        ),
        size=st.sampled_from([1, 1, 2, 3, 1000]),
        status=st.one_of(st.none(), statuses),
        more=st.integers(min_value=0, max_value=3),
        data=st.data(),
    )
    def first_pages(self, place, other, operation, size, status, more, data):
        """The first pages of a list with random filters, mostly where the last step was."""
        self.place = place if other else self.place
        filters = self.filters(operation, data)
        if status:
            of_models = {"InProgress": "Creating", "Completed": "Active", "Failed": "Failed"}
            filters |= {
                "ListModelImportJobs": {"statusEquals": status},
                "ListModelCopyJobs": {"statusEquals": status},
                "ListCustomModels": {"modelStatus": of_models[status]},
            }.get(operation, {})
        token, beyond = self.compare_page(operation, filters, size, None, None)
        for _ in range(more):
            if token:
                token, beyond = self.compare_page(operation, filters, size, token, beyond)

    def filters(self, operation, data):
        """Some filters that the operation has."""
        times = [row["created"] for row in self.model.imports + self.model.copies + self.model.customs]
        choices = {
            "sortBy": ["CreationTime"],
            "creationTimeAfter": [times[data.draw(indexes) % len(times)]] if times else [],
            "creationTimeBefore": [times[data.draw(indexes) % len(times)]] if times else [],
        }
        part = "targetModelNameContains" if operation == "ListModelCopyJobs" else "nameContains"
        choices[part] = ["a", "b", "1", "B"]
        if operation == "ListModelCopyJobs":
            sources = [arn for arn in self.arns if ":custom-model/" in arn]
            choices["sourceAccountEquals"] = ACCOUNTS
            choices["sourceModelArnEquals"] = [sources[data.draw(indexes) % len(sources)]]
        if operation == "ListCustomModels":
            choices["isOwned"] = [True, False]
            choices["baseModelArnEquals"] = choices["foundationModelArnEquals"] = FOUNDATION_MODELS
        order = data.draw(st.sampled_from([{}, {"sortOrder": "Ascending"}, {"sortOrder": "Descending"}]))
        used = data.draw(st.one_of(st.just([]), st.lists(st.sampled_from(sorted(choices)), max_size=2, unique=True)))
        return order | {name: data.draw(st.sampled_from(choices[name])) for name in used if choices[name]}

    @precondition(lambda self: self.pages)
    @rule(which=indexes, size=st.sampled_from([1, 2, 1000]))
    def next_page(self, which, size):
        """The page after one got earlier, whatever happened since."""
        self.place, operation, filters, token, beyond = self.pages[-1 - which % len(self.pages)]
        self.compare_page(operation, filters, size, token, beyond)

    @precondition(lambda self: self.pages)
    @rule(which=indexes, wrong=st.sampled_from(["place", "filters", "text"]))
    def wrong_token(self, which, wrong):
        """A token of another scope or other filters, or an invented one."""
        self.place, operation, filters, token, _ = self.pages[which % len(self.pages)]
        if wrong == "place":
            self.place = PLACES[(PLACES.index(self.place) + 1) % len(PLACES)]
        elif wrong == "filters":
            filters = filters | {"creationTimeAfter": datetime.datetime(1999, 1, 1, tzinfo=datetime.timezone.utc)}
        else:
            token = token[:-4] + "AAAA"
        self.model.settle()
        assert self.real(operation, nextToken=token, **filters) == "ValidationException"

    def ask_for_page(self, operation):
        """The plain model's list."""
        return {
            "ListModelImportJobs": self.model.list_imports,
            "ListImportedModels": self.model.list_imported,
            "ListModelCopyJobs": self.model.list_copies,
            "ListCustomModels": self.model.list_customs,
        }[operation]

    def compare_page(self, operation, filters, size, token, beyond):
        """Compare one page, and keep its token."""
        paging = {"maxResults": size} | ({"nextToken": token} if token else {})
        received = self.real(operation, **filters, **paging)
        rows, last = self.ask_for_page(operation)(self.place, filters=filters, size=size, beyond=beyond)
        next_token = received.pop("nextToken", None)
        [summaries] = received.values()
        assert summaries == rows
        assert (next_token is None) == (last is None)
        if last:
            self.pages.append((self.place, operation, filters, next_token, last))
        return next_token, last

    # Tags

    def taggable(self, which, other, place):
        """Mostly the ARN of what is there and can have tags; the place that asks is nearly always its own."""
        rows = self.model.imports + self.model.imported + self.model.customs
        if not rows or which % 8 == 0:
            return self.arn(which, other, place)
        row = rows[which % len(rows)]
        self.place = place if other else row["place"]
        return row["arn"]

    @rule(which=indexes, other=seldom, place=places, added=tags)
    def tag(self, which, other, place, added):
        """TagResource."""
        arn = self.taggable(which, other, place)
        received = self.real("TagResource", resourceARN=arn, tags=added)
        assert received == self.plain(self.model.tag, self.place, arn, added)

    @rule(which=indexes, other=seldom, place=places, gone=st.lists(keys, max_size=3), few=st.booleans())
    def untag(self, which, other, place, gone, few):
        """UntagResource."""
        arn = self.taggable(which, other, place)
        gone = gone if few else [*gone, *(f"key-{number}" for number in range(which, which + 20))]
        received = self.real("UntagResource", resourceARN=arn, tagKeys=gone)
        assert received == self.plain(self.model.untag, self.place, arn, gone)

    @rule(which=indexes, other=seldom, place=places)
    def list_tags(self, which, other, place):
        """ListTagsForResource."""
        arn = self.taggable(which, other, place)
        assert self.real("ListTagsForResource", resourceARN=arn) == self.plain(self.model.list_tags, self.place, arn)

    # Progress and time

    @rule(progress=st.sampled_from(["polls", "polls", "manual", "time", 5 * MINUTE, 0 * MINUTE]))
    def switch_progress(self, progress):
        """The test changes its mind about how jobs end."""
        self.jobs.progress = progress
        self.model.progress = 15 * MINUTE if progress == "time" else progress

    @rule(minutes=st.sampled_from([0, 1, 4, 5, 15, 60]), seconds=st.booleans())
    def advance(self, minutes, seconds):
        """Time passes for the mock."""
        self.jobs.clock.advance(minutes * 60 if seconds else minutes * MINUTE)
        self.model.now += minutes * MINUTE

    @rule(minutes=st.sampled_from([-20, -1, 1, 15]))
    def set_time(self, minutes):
        """Time is set, also back, as tests with frozen time do."""
        self.time.now += minutes * MINUTE
        self.model.now += minutes * MINUTE

    @rule(which=indexes, failure=st.sampled_from([None, "No.", "x" * 2048]), by_name=seldom)
    def end_by_hand(self, which, failure, by_name):
        """The test ends a job, or gets an error that it cannot."""
        rows = self.model.imports + self.model.copies + [row for row in self.model.customs if "plan" in row]
        if not rows:
            return
        row = rows[which % len(rows)]
        name = row.get("name") or row["target_name"]
        namesakes = [other for other in rows if name in (other.get("name"), other.get("target_name"))]
        identifier = name if by_name and len(namesakes) == 1 and row["kind"] != "custom" else row["arn"]
        described = {"architecture": "mistral", "instruct": False, "units": 8}
        outcome = {"failure": failure} | (described if row["kind"] == "import" else {})
        if any(other is row for other in self.model.running):
            self.end(identifier, outcome)
            self.model.end(row, self.model.now, outcome)
        else:
            with pytest.raises(UsageError, match="has ended"):
                self.end(identifier, outcome)

    @rule(
        failure=st.sampled_from([None, "No."]), described=st.booleans(), starts=st.booleans(), place=places, name=names
    )
    def plan_next_job(self, failure, described, starts, place, name):
        """The test plans the end of the next job, or of the next import, which alone makes a model to describe."""
        model = {"architecture": "qwen2", "instruct": False, "units": 2} if described and not failure else {}
        outcome = {"failure": failure} | model
        self.end(NEXT_JOB, outcome)
        self.model.plans.append(outcome)
        if starts:  # and it ends at once
            self.switch_progress("manual")
            self.create_import(place, name, name, None, [], [], False)

    def end(self, job, outcome):
        """End a job manually."""
        if outcome["failure"]:
            self.jobs.fail(job, outcome["failure"])
        else:
            self.jobs.complete(
                job,
                architecture=outcome.get("architecture"),
                instruct_supported=outcome.get("instruct"),
                custom_model_units=outcome.get("units"),
            )

    # Always

    @invariant()
    def everything_is_where_it_belongs(self):
        """Each place has what was put there, in the state it was put into, and no more."""
        assert self.jobs.clock.now() == self.model.now
        self.model.settle()
        for records, rows in (
            (self.jobs.import_jobs, self.model.imports),
            (self.jobs.imported_models, self.model.imported),
            (self.jobs.copy_jobs, self.model.copies),
            (self.jobs.custom_models, self.model.customs),
        ):
            assert [seen_of(record) for record in records] == [told_by(row) for row in rows]

    @invariant()
    def a_terminal_job_never_changes(self):
        """Whatever comes after its end; only its tags can."""
        for job in (*self.jobs.import_jobs, *self.jobs.copy_jobs):
            if job.status == "InProgress":
                assert job.arn not in self.terminal
                assert job.end_time is None
            else:
                fields = {name: getattr(job, name) for name in job.__slots__ if name != "tags"}
                assert self.terminal.setdefault(job.arn, fields) == fields

    @invariant()
    def nothing_has_more_than_fifty_tags(self):
        """Job tags and model tags, at creation and later."""
        for record in (*self.jobs.import_jobs, *self.jobs.imported_models, *self.jobs.custom_models):
            assert len(record.tags) <= MOST_TAGS


def seen_of(record):
    """What a record shows of its place and state."""
    # Not by trying: each attribute that a record does not have costs an error that names the nearest ones.
    status = None if isinstance(record, ImportedModel) else record.status
    shown = tag_list(record.target_model_tags if isinstance(record, CopyJob) else record.tags)
    return record.arn, record.name, (record.account_id, record.region), status, shown, record.creation_time


def told_by(row):
    """The same of a row of the plain model."""
    shown = tag_list(row["model_tags"] if row["kind"] == "copy" else row["tags"])
    return row["arn"], row.get("name") or row["target_name"], row["place"], row.get("status"), shown, row["created"]


TestBedrock = pytest.mark.needs("CreateCustomModel")(Bedrock.TestCase)
TestBedrock.settings = settings(max_examples=3 * settings.default.max_examples)
