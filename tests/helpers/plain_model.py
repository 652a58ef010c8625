"""Bedrock's model import and copy operations once more, in plain dictionaries and lists, with nothing fast about it."""

from __future__ import annotations

import datetime
import itertools
import re

MOST_TAGS = 50
NOVA = "amazon.nova-lite-v1"


class RefusedError(Exception):
    """The service responds with an error of this code."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


class PlainModel:
    """What there is, and what the service does with it.

    A place is an account and a Region. Rows are dictionaries; those of a list are in the order they came into it.

    Args:
        now: The time.
        imported_model_arn: Tells the ARN that the service gave to the model of an import job; ARNs are its to choose.
    """

    def __init__(self, now, imported_model_arn):
        self.now = now
        self.progress = "polls"
        self.imports = []
        self.imported = []
        self.copies = []
        self.customs = []
        self.tokens = {}
        self.plans = []
        self.running = []
        self._serials = itertools.count()
        self._imported_model_arn = imported_model_arn

    # Time and progress

    def settle(self):
        """End what is due by time, the oldest first."""
        if isinstance(self.progress, datetime.timedelta):
            for row in sorted(self.running, key=lambda row: row["created"]):
                if row["created"] + self.progress <= self.now:
                    self.end(row, row["created"] + self.progress)

    def poll_once(self, row, kind="polls"):
        """The first poll finds it in progress, the second one ends it."""
        if any(other is row for other in self.running) and self.progress == "polls":
            row[kind] += 1
            if row[kind] > 1:
                self.end(row, self.now)

    def end(self, row, time, outcome=None):
        """End a row for good, by the outcome given or planned."""
        self.running = [other for other in self.running if other is not row]
        outcome = outcome or row["plan"] or {"failure": None}
        row["failure"] = outcome["failure"]
        row["status"] = ("Completed" if row["kind"] != "custom" else "Active") if not row["failure"] else "Failed"
        row["ended"] = max(time, row["created"])
        if row["kind"] == "import" and not row["failure"]:
            row["model_arn"] = self._imported_model_arn(row["arn"])
            self._put(
                self.imported,
                {
                    "kind": "imported",
                    "place": row["place"],
                    "arn": row["model_arn"],
                    "name": row["model_name"],
                    "job": row,
                    "architecture": outcome.get("architecture", "llama"),
                    "instruct": outcome.get("instruct", True),
                    "units": outcome.get("units", 1),
                    "tags": dict(row["model_tags"]),
                    "created": row["created"],
                },
            )
        if row["kind"] == "copy" and not row["failure"]:
            self._custom(
                row["place"], row["target_arn"], row["target_name"], row["model_tags"], row["created"], row["kms"]
            )

    def _put(self, rows, row):
        row["serial"] = next(self._serials)
        rows.append(row)

    def start(self, row, plan=None):
        """A row is in progress from now on."""
        row |= {"created": self.now, "ended": None, "failure": None, "polls": 0, "model_polls": 0, "plan": plan}
        self.running.append(row)
        if plan and self.progress == "manual":
            self.end(row, self.now)

    def _plan_for(self, row):
        """The first outcome planned for such a job; what an imported model is like is planned for imports only."""
        for plan in self.plans:
            if row["kind"] == "import" or "architecture" not in plan:
                self.plans.remove(plan)
                return plan
        return None

    # Finding

    def of(self, rows, place):
        """A place's own rows."""
        return [row for row in rows if row["place"] == place]

    def find(self, rows, place, identifier):
        """The newest own row with this ARN or name, or None."""
        found = [row for row in self.of(rows, place) if identifier in (row["arn"], row.get("name"))]
        return found[-1] if found else None

    # Creating

    def create(self, place, operation, parameters, arn, target_arn):
        """One of the three creates; gives the ARN, which is the first request's where the token came before."""
        key = (place, operation, parameters.get("clientRequestToken"))
        if key in self.tokens:
            return self.tokens[key][1]
        self.settle()
        if operation == "CreateModelImportJob":
            self._create_import(place, parameters, arn)
        elif operation == "CreateCustomModel":
            self._create_custom(place, parameters, arn)
        else:
            self._create_copy(place, parameters, arn, target_arn)
        if "clientRequestToken" in parameters:
            self.tokens[key] = (parameters, arn)
        return arn

    def _create_import(self, place, parameters, arn):
        job_tags = merged({}, parameters.get("jobTags", []))
        model_tags = merged({}, parameters.get("importedModelTags", []))
        name, model_name = parameters["jobName"], parameters["importedModelName"]
        if self.find(self.imports, place, name):
            raise RefusedError("ValidationException")
        coming = {row["model_name"] for row in self.of(self.running, place) if row["kind"] == "import"}
        if model_name in coming or self.find(self.imported, place, model_name):
            raise RefusedError("ConflictException")
        job = self.add_import(place, arn, name, model_name, parameters, job_tags, model_tags)
        self.start(job, self._plan_for(job))

    def add_import(self, place, arn, name, model_name, parameters, tags, model_tags):
        """A row for an import job, which is not in progress yet."""
        job = {
            "kind": "import",
            "place": place,
            "arn": arn,
            "name": name,
            "model_name": model_name,
            "model_arn": None,
            "status": "InProgress",
            "tags": tags,
            "model_tags": model_tags,
            "parameters": parameters,
        }
        self._put(self.imports, job)
        return job

    def _create_copy(self, place, parameters, arn, target_arn):
        source = next((row for row in self.customs if row["arn"] == parameters["sourceModelArn"]), None)
        if source is None:
            raise RefusedError("ResourceNotFoundException")
        if place[0] not in (source["place"][0], *source["shared_with"]):
            raise RefusedError("AccessDeniedException")
        if source["status"] != "Active":
            raise RefusedError("ResourceNotFoundException")
        tags = merged({}, parameters.get("targetModelTags", []))
        job = {
            "kind": "copy",
            "place": place,
            "arn": arn,
            "target_arn": target_arn,
            "target_name": parameters["targetModelName"],
            "source": dict(source),
            "status": "InProgress",
            "model_tags": tags,
            "kms": parameters.get("modelKmsKeyId"),
        }
        self._put(self.copies, job)
        self.start(job, self._plan_for(job))

    def _create_custom(self, place, parameters, arn):
        tags = merged({}, parameters.get("modelTags", []))
        if self.name_is_taken(place, parameters["modelName"]):
            raise RefusedError("ValidationException")
        model = self._custom(place, arn, parameters["modelName"], tags, self.now, None)
        model["status"] = "Creating"
        self.start(model)

    def name_is_taken(self, place, name):
        """Whether a custom model has this name, or a running copy will give it to one."""
        coming = {row["target_name"] for row in self.of(self.running, place) if row["kind"] == "copy"}
        return name in coming or self.find(self.customs, place, name)

    def _custom(self, place, arn, name, tags, created, kms):
        model = {
            "kind": "custom",
            "place": place,
            "arn": arn,
            "name": name,
            "status": "Active",
            "shared_with": [],
            "tags": dict(tags),
            "created": created,
            "failure": None,
            "kms": kms,
        }
        self._put(self.customs, model)
        return model

    def add_custom(self, place, arn, name, shared_with):
        """A custom model that is there by the test's word."""
        self._custom(place, arn, name, {}, self.now, None)["shared_with"] = shared_with

    def replays(self, place, operation, parameters):
        """The parameters that came first with this token, or None."""
        first = self.tokens.get((place, operation, parameters.get("clientRequestToken")))
        return first[0] if first else None

    # Reading one

    def get_import(self, place, identifier):
        """GetModelImportJob."""
        self.settle()
        job = self.find(self.imports, place, identifier)
        if job is None:
            raise RefusedError("ResourceNotFoundException" if identifier.startswith("arn:") else "ValidationException")
        self.poll_once(job)
        response = self.import_summary(job) | {
            "roleArn": job["parameters"]["roleArn"],
            "modelDataSource": job["parameters"]["modelDataSource"],
        }
        kms_key = job["parameters"].get("importedModelKmsKeyId")
        optional = {
            "failureMessage": job["failure"],
            "vpcConfig": job["parameters"].get("vpcConfig"),
            "importedModelKmsKeyArn": kms_key and key_arn(place, kms_key),
        }
        return response | {name: value for name, value in optional.items() if value}

    def import_summary(self, job):
        """A row of ListModelImportJobs."""
        response = {
            "jobArn": job["arn"],
            "jobName": job["name"],
            "status": job["status"],
            "creationTime": job["created"],
            "lastModifiedTime": job["ended"] or max(self.now, job["created"]),
            "importedModelName": job["model_name"],
        }
        if job["ended"]:
            response["endTime"] = job["ended"]
        if job["model_arn"]:
            response["importedModelArn"] = job["model_arn"]
        return response

    def get_imported(self, place, identifier):
        """GetImportedModel."""
        self.settle()
        for row in self.of(self.running, place):
            if row["kind"] == "import" and row["model_name"] == identifier:
                self.poll_once(row, "model_polls")
        model = self._imported_model(place, identifier)
        job = model["job"]
        response = self.imported_summary(model) | {
            "jobName": job["name"],
            "jobArn": job["arn"],
            "modelDataSource": job["parameters"]["modelDataSource"],
            "customModelUnits": {
                "customModelUnitsPerModelCopy": model["units"],
                "customModelUnitsVersion": "v1.0",
            },
        }
        if "importedModelKmsKeyId" in job["parameters"]:
            response["modelKmsKeyArn"] = key_arn(place, job["parameters"]["importedModelKmsKeyId"])
        return response

    def imported_summary(self, model):
        """A row of ListImportedModels."""
        return {
            "modelArn": model["arn"],
            "modelName": model["name"],
            "creationTime": model["created"],
            "instructSupported": model["instruct"],
            "modelArchitecture": model["architecture"],
        }

    def delete_imported(self, place, identifier):
        """DeleteImportedModel."""
        self.settle()
        model = self._imported_model(place, identifier)
        self.imported = [other for other in self.imported if other is not model]
        return {}

    def _imported_model(self, place, identifier):
        model = self.find(self.imported, place, identifier)
        if model is None:
            raise RefusedError("ResourceNotFoundException" if identifier.startswith("arn:") else "ValidationException")
        return model

    def get_copy(self, place, arn):
        """GetModelCopyJob."""
        self.settle()
        job = self.find(self.copies, place, arn)
        if job is None:
            raise RefusedError("ResourceNotFoundException")
        self.poll_once(job)
        return self.copy_summary(job)

    def copy_summary(self, job):
        """A copy job, in GetModelCopyJob and in ListModelCopyJobs."""
        source = job["source"]
        response = {
            "jobArn": job["arn"],
            "status": job["status"],
            "creationTime": job["created"],
            "targetModelArn": job["target_arn"],
            "targetModelName": job["target_name"],
            "sourceAccountId": source["place"][0],
            "sourceModelArn": source["arn"],
            "sourceModelName": source["name"],
        }
        optional = {
            "targetModelKmsKeyArn": job["kms"] and key_arn(job["place"], job["kms"]),
            "targetModelTags": tag_list(job["model_tags"]),
            "failureMessage": job["failure"],
        }
        return response | {name: value for name, value in optional.items() if value}

    def get_custom(self, place, identifier):
        """GetCustomModel, but for how the model was trained, which the mock makes up."""
        self.settle()
        coming = [
            row
            for row in self.of(self.running, place)
            if row["kind"] == "copy" and identifier in (row["target_arn"], row["target_name"])
        ]
        for row in coming[-1:]:
            self.poll_once(row, "model_polls")
        model = self.find(self.customs, place, identifier) or next(
            (row for row in self.visible_customs(place) if row["arn"] == identifier), None
        )
        if model is None:
            raise RefusedError("ResourceNotFoundException")
        self.poll_once(model)
        response = self.custom_summary(place, model)
        del response["ownerAccountId"], response["baseModelName"]
        optional = {"modelKmsKeyArn": model["kms"] and key_arn(place, model["kms"]), "failureMessage": model["failure"]}
        return response | {name: value for name, value in optional.items() if value}

    def visible_customs(self, place):
        """A place's own custom models, and those shared with it."""
        account, region = place
        return [
            row
            for row in self.customs
            if row["place"] == place or (row["place"][1] == region and account in row["shared_with"])
        ]

    def custom_summary(self, place, model):
        """A row of ListCustomModels."""
        base = base_of(model)
        return {
            "modelArn": model["arn"],
            "modelName": model["name"],
            "creationTime": model["created"],
            "baseModelArn": f"arn:aws:bedrock:{place[1]}::foundation-model/{NOVA if base == 'imported' else base}",
            "baseModelName": "",
            "customizationType": "IMPORTED" if base == "imported" else "FINE_TUNING",
            "ownerAccountId": model["place"][0],
            "modelStatus": model["status"],
        }

    def delete_custom(self, place, identifier):
        """DeleteCustomModel."""
        self.settle()
        model = self.find(self.customs, place, identifier)
        if model is None:
            raise RefusedError("ResourceNotFoundException")
        self.customs = [other for other in self.customs if other is not model]
        self.running = [other for other in self.running if other is not model]
        return {}

    # Reading many

    def list_imports(self, place, **page):
        """ListModelImportJobs."""
        self.settle()
        return self._page(place, self.of(self.imports, place), self.import_summary, "nameContains", "name", **page)

    def list_imported(self, place, **page):
        """ListImportedModels."""
        self.settle()
        for row in self.of(self.running, place):
            if row["kind"] == "import":
                self.poll_once(row, "model_polls")
        return self._page(place, self.of(self.imported, place), self.imported_summary, "nameContains", "name", **page)

    def list_copies(self, place, **page):
        """ListModelCopyJobs."""
        self.settle()
        rows = self.of(self.copies, place)
        return self._page(place, rows, self.copy_summary, "targetModelNameContains", "target_name", **page)

    def list_customs(self, place, **page):
        """ListCustomModels."""
        self.settle()
        for row in self.of(self.running, place):
            if row["kind"] == "copy":
                self.poll_once(row, "model_polls")
        return self._page(
            place,
            self.visible_customs(place),
            lambda row: self.custom_summary(place, row),
            "nameContains",
            "name",
            **page,
        )

    def _page(self, place, rows, summary, part_filter, part_of, *, filters, size, beyond):
        """One page, and the position of its last row if more rows match now.

        A row is looked at if it passes the filters on what never changes; behind a full page, only if it does not
        have the wanted status yet.
        """
        descending = filters.get("sortOrder") != "Ascending"
        found, last = [], None
        for row in sorted(rows, key=position, reverse=descending):
            if beyond and not (position(row) < beyond if descending else position(row) > beyond):
                continue
            if not (filters.get(part_filter, "") in row[part_of] and self._fixed(place, row, summary(row), filters)):
                continue
            if len(found) < size or not self._status_fits(summary(row), filters):
                self.poll_once(row)
            if not self._status_fits(summary(row), filters):
                continue
            if len(found) == size:
                return found, position(last)
            found.append(summary(row))
            last = row
        return found, None

    def _fixed(self, place, row, summary, filters):
        return (
            ("creationTimeAfter" not in filters or row["created"] > filters["creationTimeAfter"])
            and ("creationTimeBefore" not in filters or row["created"] < filters["creationTimeBefore"])
            and filters.get("sourceAccountEquals") in (None, summary.get("sourceAccountId"))
            and filters.get("sourceModelArnEquals") in (None, summary.get("sourceModelArn"))
            and filters.get("baseModelArnEquals") in (None, summary.get("baseModelArn"))
            and filters.get("foundationModelArnEquals") in (None, summary.get("baseModelArn"))
            and filters.get("isOwned") in (None, summary.get("ownerAccountId") == place[0])
        )

    def _status_fits(self, summary, filters):
        wanted = filters.get("statusEquals") or filters.get("modelStatus")
        return wanted in (None, summary.get("status", summary.get("modelStatus")))

    # Tags

    def tagged(self, place, arn):
        """The tags of what has this ARN; copy jobs can have none."""
        if ":model-copy-job/" in arn:
            raise RefusedError("ValidationException")
        self.settle()
        for rows in (self.imports, self.imported, self.customs):
            for row in self.of(rows, place):
                if row["arn"] == arn:
                    return row
        raise RefusedError("ResourceNotFoundException")

    def tag(self, place, arn, tags):
        """TagResource."""
        row = self.tagged(place, arn)
        row["tags"] = merged(row["tags"], tags)
        return {}

    def untag(self, place, arn, keys):
        """UntagResource."""
        row = self.tagged(place, arn)
        row["tags"] = {key: value for key, value in row["tags"].items() if key not in keys}
        return {}

    def list_tags(self, place, arn):
        """ListTagsForResource."""
        return {"tags": tag_list(self.tagged(place, arn)["tags"])}


def merged(tags, added):
    """Tags after some are added."""
    keys = [tag["key"] for tag in added]
    if any(key.lower().startswith("aws:") for key in keys) or len(set(keys)) < len(keys):
        raise RefusedError("ValidationException")
    after = tags | {tag["key"]: tag["value"] for tag in added}
    if added and len(after) > MOST_TAGS:
        raise RefusedError("TooManyTagsException")
    return after


def position(row):
    """Where a row stands in its list."""
    return row["created"], row["serial"]


def tag_list(tags):
    """Tags as the service gives them."""
    return [{"key": key, "value": value} for key, value in tags.items()]


def key_arn(place, key_id):
    """The ARN of a KMS key."""
    return f"arn:aws:kms:{place[1]}:{place[0]}:key/{key_id}"


def base_of(model):
    """What the model was made from, by its ARN."""
    return re.fullmatch(r"arn:aws:bedrock:[^:]+:[0-9]{12}:custom-model/(.+)/[a-z0-9]{12}", model["arn"])[1]
