"""The four lists: filters, order, pages, tokens and boto3's paginators."""

from __future__ import annotations

import datetime

import hypothesis_profile
import pytest
import time_machine
from lives import BASE_MODEL_ARN, error_of, members, start_copy, start_import, start_model
from support import ACCOUNT, OTHER_ACCOUNT, make_client

MINUTE = datetime.timedelta(minutes=1)


class Listed:
    """One of the four lists: how rows come there, what they are called."""

    def __init__(self, operation, rows, name, name_filter, add):
        self.operation = operation
        self.rows = rows
        self.name = name
        self.name_filter = name_filter
        self.add = add

    def page(self, client, **parameters):
        """The names of one page, and its token or None."""
        response = getattr(client, self.operation)(**parameters)
        return [row[self.name] for row in response[self.rows]], response.get("nextToken")

    def names(self, client, **parameters):
        """The names of a list that fits one page."""
        names, token = self.page(client, **parameters)
        assert token is None
        return names


def _add_copy(bedrock_jobs, name, **place):
    source = bedrock_jobs.add_custom_model(region="ap-south-1")
    start_copy(bedrock_jobs.client(place.get("region")), source, targetModelName=name)


LISTS = {
    "import jobs": Listed(
        "list_model_import_jobs",
        "modelImportJobSummaries",
        "jobName",
        "nameContains",
        lambda bedrock_jobs, name, **place: bedrock_jobs.add_import_job(name, **place),
    ),
    "imported models": Listed(
        "list_imported_models",
        "modelSummaries",
        "modelName",
        "nameContains",
        lambda bedrock_jobs, name, **place: bedrock_jobs.add_imported_model(name, **place),
    ),
    "copy jobs": Listed(
        "list_model_copy_jobs", "modelCopyJobSummaries", "targetModelName", "targetModelNameContains", _add_copy
    ),
    "custom models": Listed(
        "list_custom_models",
        "modelSummaries",
        "modelName",
        "nameContains",
        lambda bedrock_jobs, name, **place: bedrock_jobs.add_custom_model(name, **place),
    ),
}


@pytest.fixture(params=LISTS)
def listed(request, bedrock_jobs):
    """One of the four lists, where polling ends nothing."""
    bedrock_jobs.progress = "manual"
    return LISTS[request.param]


@pytest.fixture
def filled(listed, bedrock_jobs):
    """The list with nine rows, row-1 to row-9, a minute apart; the times of creation by name."""
    times = {}
    for number in range(1, 10):
        listed.add(bedrock_jobs, f"row-{number}")
        times.update(created(listed, bedrock_jobs.client(), f"row-{number}"))
        bedrock_jobs.clock.advance(60)
    return times


def created(listed, client, name):
    """The time of creation that the list returns for a row."""
    rows = getattr(client, listed.operation)(**{listed.name_filter: name})[listed.rows]
    return {row[listed.name]: row["creationTime"] for row in rows}


def numbered(*numbers):
    """The names of these rows."""
    return [f"row-{number}" for number in numbers]


NEWEST_FIRST = numbered(*range(9, 0, -1))


def test_a_list_without_rows_is_empty_and_has_no_token(listed, client):
    """Without rows the member is an empty list, and there is no nextToken."""
    assert members(getattr(client, listed.operation)()) == {listed.rows}
    assert listed.names(client) == []


@pytest.mark.usefixtures("filled")
def test_a_list_has_the_newest_first_by_default(listed, client):
    """Both orders, and sortBy has one value."""
    assert listed.names(client) == NEWEST_FIRST
    assert listed.names(client, sortOrder="Descending") == NEWEST_FIRST
    assert listed.names(client, sortOrder="Ascending", sortBy="CreationTime") == NEWEST_FIRST[::-1]


@pytest.mark.parametrize("order", ["Ascending", "Descending"])
def test_rows_of_one_moment_keep_their_order(listed, bedrock_jobs, client, order):
    """Rows created in the same millisecond stand in order of creation, whole and page by page."""
    with time_machine.travel("2030-01-01T00:00:00Z", tick=False):
        for number in range(1, 8):
            listed.add(bedrock_jobs, f"row-{number}")
        expected = numbered(*range(1, 8)) if order == "Ascending" else numbered(*range(7, 0, -1))
        assert listed.names(client, sortOrder=order) == expected
        assert walk(listed, client, maxResults=2, sortOrder=order) == expected


def walk(listed, client, **parameters):
    """All names, page by page."""
    names, token = listed.page(client, **parameters)
    while token:
        more, token = listed.page(client, nextToken=token, **parameters)
        assert more
        names += more
    return names


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("size", [1, 2, 3, 8, 9, 10, 1000])
def test_pages_together_are_the_list(listed, client, size):
    """Each page is full but the last, which has no token."""
    names, token = listed.page(client, maxResults=size)
    assert names == NEWEST_FIRST[:size]
    assert (token is None) == (size >= 9)
    assert walk(listed, client, maxResults=size) == NEWEST_FIRST
    assert walk(listed, client, maxResults=size, sortOrder="Ascending") == NEWEST_FIRST[::-1]


@pytest.mark.usefixtures("filled")
def test_the_page_size_may_change(listed, client):
    """A token goes on where its page ended, whatever maxResults says now."""
    _, token = listed.page(client, maxResults=2)
    names, token = listed.page(client, maxResults=4, nextToken=token)
    assert names == numbered(7, 6, 5, 4)
    assert listed.names(client, nextToken=token) == numbered(3, 2, 1)


@pytest.mark.parametrize(
    ("size", "reported"), [(0, "greater than or equal to 1"), (1001, "less than or equal to 1000")]
)
def test_pages_have_1_to_1000_rows(listed, unvalidated, size, reported):
    """Beyond it is not a request."""
    code, message = error_of(getattr(unvalidated, listed.operation), maxResults=size)
    assert code == "ValidationException"
    assert message.endswith(f"at 'maxResults' failed to satisfy constraint: Member must have value {reported}")


def test_a_page_has_100_rows_by_default(bedrock_jobs, client, listed):
    """Without maxResults; more rows come with a token."""
    for number in range(101):
        listed.add(bedrock_jobs, f"row-{number}")
    names, token = listed.page(client)
    assert (len(names), names[0]) == (100, "row-100")
    assert listed.names(client, nextToken=token) == ["row-0"]


def test_a_list_is_filtered_by_a_part_of_the_name(listed, bedrock_jobs, client):
    """The name filter finds the part anywhere, is case-sensitive, and works with pages."""
    for name in ("llama-a", "Llama-b", "my-llama", "mistral"):
        listed.add(bedrock_jobs, name)
    assert listed.names(client, **{listed.name_filter: "llama"}) == ["my-llama", "llama-a"]
    assert walk(listed, client, **{listed.name_filter: "l", "maxResults": 1}) == [
        "mistral",
        "my-llama",
        "Llama-b",
        "llama-a",
    ]
    assert listed.names(client, **{listed.name_filter: "llama-abc"}) == []
    code, _ = error_of(getattr(client, listed.operation), **{listed.name_filter: "no words"})
    assert code == "ValidationException"
    assert error_of(getattr(client, listed.operation), **{listed.name_filter: "n" * 64})[0] == "ValidationException"


def test_times_of_creation_bound_the_list(listed, client, filled):
    """After and before, alone and together, exclude the moment itself."""
    third, seventh = filled["row-3"], filled["row-7"]
    assert listed.names(client, creationTimeAfter=seventh) == numbered(9, 8)
    assert listed.names(client, creationTimeBefore=third) == numbered(2, 1)
    between = {"creationTimeAfter": third, "creationTimeBefore": seventh}
    assert listed.names(client, **between) == numbered(6, 5, 4)
    assert walk(listed, client, maxResults=1, sortOrder="Ascending", **between) == numbered(4, 5, 6)
    assert listed.names(client, creationTimeAfter=seventh, creationTimeBefore=third) == []


def test_bounds_of_a_time_of_creation_may_be_of_any_zone(listed, client, filled):
    """A bound's zone is minded: noon in Tokyo is not noon in UTC."""
    bound = filled["row-7"].astimezone(datetime.timezone(datetime.timedelta(hours=9)))
    assert listed.names(client, creationTimeAfter=bound) == numbered(9, 8)


def test_a_bound_may_be_finer_than_a_second(listed, client, filled):
    """A millisecond before a row's creation, the row is after."""
    bound = filled["row-9"] - datetime.timedelta(milliseconds=1)
    assert listed.names(client, creationTimeAfter=bound) == ["row-9"]


@pytest.mark.parametrize(
    ("operation", "start"),
    [
        ("list_model_import_jobs", "import"),
        ("list_model_copy_jobs", "copy"),
        pytest.param("list_custom_models", "model", marks=pytest.mark.needs("CreateCustomModel")),
    ],
)
def test_a_list_is_filtered_by_status(bedrock_jobs, client, operation, start):
    """Every status finds its own rows."""
    bedrock_jobs.progress = "manual"
    source = bedrock_jobs.add_custom_model(region="eu-west-1")
    starts = {"import": start_import, "copy": lambda c: start_copy(c, source), "model": start_model}
    running, completed, failed = (starts[start](client) for _ in range(3))
    bedrock_jobs.complete(completed)
    bedrock_jobs.fail(failed)
    member, words = "statusEquals", ("InProgress", "Completed", "Failed")
    if start == "model":
        member, words = "modelStatus", ("Creating", "Active", "Failed")
    for word, arn in zip(words, (running, completed, failed), strict=True):
        response = getattr(client, operation)(**{member: word})
        [rows] = [value for name, value in response.items() if name.endswith("Summaries")]
        assert [row.get("jobArn", row.get("modelArn")) for row in rows] == [arn]
    assert error_of(getattr(client, operation), **{member: "Complete"})[0] == "ValidationException"


def test_copies_are_filtered_by_source(bedrock_jobs, client):
    """By the source's account and by its ARN."""
    bedrock_jobs.progress = "manual"
    own = bedrock_jobs.add_custom_model()
    shared = bedrock_jobs.add_custom_model(account_id=OTHER_ACCOUNT, shared_with=[ACCOUNT])
    of_own, of_shared = start_copy(client, own), start_copy(client, shared)

    def listed(**filters):
        return [row["jobArn"] for row in client.list_model_copy_jobs(**filters)["modelCopyJobSummaries"]]

    assert listed(sourceAccountEquals=ACCOUNT) == [of_own]
    assert listed(sourceAccountEquals=OTHER_ACCOUNT) == [of_shared]
    assert listed(sourceAccountEquals="000000000000") == []
    assert listed(sourceModelArnEquals=own.arn) == [of_own]
    assert listed(sourceModelArnEquals=shared.arn, sourceAccountEquals=ACCOUNT) == []
    assert listed(sourceModelArnEquals=shared.arn, sourceAccountEquals=OTHER_ACCOUNT, statusEquals="Completed") == []
    assert listed() == [of_shared, of_own]


@pytest.mark.parametrize("member", ["baseModelArnEquals", "foundationModelArnEquals"])
def test_custom_models_are_filtered_by_base(bedrock_jobs, client, member):
    """By the ARN of the base model, as the rows have it."""
    nova = bedrock_jobs.add_custom_model()
    titan = bedrock_jobs.add_custom_model(base_model="amazon.titan-text-lite-v1:0:4k")
    titan_arn = "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-text-lite-v1:0:4k"
    for base, model in ((BASE_MODEL_ARN, nova), (titan_arn, titan)):
        [row] = client.list_custom_models(**{member: base})["modelSummaries"]
        assert (row["modelArn"], row["baseModelArn"]) == (model.arn, base)
    both = {"baseModelArnEquals": titan_arn, "foundationModelArnEquals": BASE_MODEL_ARN}
    assert client.list_custom_models(**both)["modelSummaries"] == []


@pytest.mark.parametrize(("owned", "names"), [(True, ["mine"]), (False, ["theirs"])])
def test_custom_models_are_filtered_by_owner(bedrock_jobs, client, owned, names):
    """Own or shared, from both accounts' sides."""
    bedrock_jobs.add_custom_model("theirs", account_id=OTHER_ACCOUNT, shared_with=[ACCOUNT])
    bedrock_jobs.add_custom_model("mine", shared_with=[OTHER_ACCOUNT])
    custom_models = LISTS["custom models"]
    assert custom_models.names(client, isOwned=owned) == names
    other = make_client(aws_account_id=OTHER_ACCOUNT)
    assert custom_models.names(other, isOwned=not owned) == names


def test_a_filtered_list_ends_where_its_rows_end(bedrock_jobs, client):
    """After the last row that passes there is no token, however many others follow."""
    bedrock_jobs.progress = "manual"
    for number in range(1, 4):
        bedrock_jobs.add_import_job(f"old-{number}", status="Failed")
    for number in range(1, 4):
        bedrock_jobs.add_import_job(f"new-{number}", status="Completed")
    imports = LISTS["import jobs"]
    assert walk(imports, client, statusEquals="Completed", maxResults=3) == ["new-3", "new-2", "new-1"]
    assert imports.page(client, statusEquals="Completed", maxResults=3)[1] is None


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("token", ["x", "ÿ", "a" * 2048, "eyJhIjogMX0=", "AAAA", "no token", ""])
def test_a_token_out_of_thin_air_is_refused(listed, unvalidated, token):
    """A ValidationException, whatever its form."""
    assert error_of(getattr(unvalidated, listed.operation), nextToken=token)[0] == "ValidationException"


@pytest.mark.usefixtures("filled")
def test_a_token_that_was_tampered_with_is_refused(listed, client):
    """One other character anywhere, and it is not a token."""
    _, token = listed.page(client, maxResults=3)
    for index in (0, len(token) // 2, len(token) - 6):
        changed = token[:index] + ("A" if token[index] != "A" else "B") + token[index + 1 :]
        code, message = error_of(getattr(client, listed.operation), nextToken=changed)
        assert code == "ValidationException"
        assert message.startswith("The provided nextToken is not valid: ")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("ignored", ["=", "==", ".", "!", "%", "A", "AAAA"])
@pytest.mark.parametrize("place", ["before", "within", "after"])
def test_a_token_with_more_characters_is_refused(listed, unvalidated, ignored, place):
    """Even those that base64 ignores make another token."""
    _, token = listed.page(unvalidated, maxResults=3)
    changed = {"before": ignored + token, "within": token[:9] + ignored + token[9:], "after": token + ignored}[place]
    assert error_of(getattr(unvalidated, listed.operation), nextToken=changed)[0] == "ValidationException"


@pytest.mark.usefixtures("filled")
def test_a_token_of_other_filters_is_refused(listed, client, filled):
    """A token goes with the filters and the order of its page, and with no others."""
    _, token = listed.page(client, maxResults=3)
    for changed in ({listed.name_filter: "row"}, {"sortOrder": "Ascending"}, {"creationTimeAfter": filled["row-1"]}):
        assert error_of(getattr(client, listed.operation), nextToken=token, **changed)[0] == "ValidationException"
        _, theirs = listed.page(client, maxResults=3, **changed)
        assert error_of(getattr(client, listed.operation), nextToken=theirs)[0] == "ValidationException"
        assert listed.page(client, nextToken=theirs, **changed)[0]


@pytest.mark.usefixtures("filled")
def test_a_token_of_another_list_is_refused(listed, bedrock_jobs, client):
    """Each of the other three lists refuses it, though they have rows too."""
    _, token = listed.page(client, maxResults=3)
    for number, other in enumerate(LISTS.values()):
        if other is not listed:
            other.add(bedrock_jobs, f"other-{number}")
            assert error_of(getattr(client, other.operation), nextToken=token)[0] == "ValidationException"


@pytest.mark.usefixtures("filled")
def test_a_token_of_another_region_or_account_is_refused(listed, bedrock_jobs, client):
    """A token is of its account and Region, and of its mock until that is emptied."""
    _, token = listed.page(client, maxResults=3)
    for other in (bedrock_jobs.client("us-west-2"), make_client(aws_account_id=OTHER_ACCOUNT)):
        assert error_of(getattr(other, listed.operation), nextToken=token)[0] == "ValidationException"
    assert len(listed.page(client, nextToken=token)[0]) == 6
    bedrock_jobs.reset()
    assert error_of(getattr(client, listed.operation), nextToken=token)[0] == "ValidationException"


@pytest.mark.usefixtures("filled")
def test_boto3s_paginators_find_every_row(listed, client):
    """PageSize, MaxItems with StartingToken, build_full_result and search."""
    paginator = client.get_paginator(listed.operation)
    pages = [len(page[listed.rows]) for page in paginator.paginate(PaginationConfig={"PageSize": 4})]
    assert pages == [4, 4, 1]
    full = paginator.paginate(PaginationConfig={"PageSize": 2}).build_full_result()
    assert [row[listed.name] for row in full[listed.rows]] == NEWEST_FIRST
    assert "NextToken" not in full
    found = paginator.paginate(sortOrder="Ascending", PaginationConfig={"PageSize": 2})
    assert list(found.search(f"{listed.rows}[].{listed.name}")) == NEWEST_FIRST[::-1]


@pytest.mark.usefixtures("filled")
def test_a_paginator_with_max_items_goes_on_with_its_starting_token(listed, client):
    """Parts of five items in pages of two: boto3's own token takes them up in the middle of a page."""
    paginator = client.get_paginator(listed.operation)
    names, token = [], None
    for expected in (5, 4):
        config = {"MaxItems": 5, "PageSize": 2, "StartingToken": token}
        part = paginator.paginate(PaginationConfig=config).build_full_result()
        assert len(part[listed.rows]) == expected
        names += [row[listed.name] for row in part[listed.rows]]
        token = part.get("NextToken")
    assert token is None
    assert names == NEWEST_FIRST


def test_a_list_goes_on_aright_when_rows_come_and_go_between_pages(bedrock_jobs, client):
    """Neither the row a token stands at nor others may go or come without the list going on aright."""
    models = {number: bedrock_jobs.add_imported_model(f"row-{number}") for number in range(1, 10)}
    imported = LISTS["imported models"]
    names, token = imported.page(client, maxResults=3)
    assert names == numbered(9, 8, 7)
    for number in (7, 8, 6):  # the token's own row, one behind it, the next one
        client.delete_imported_model(modelIdentifier=models[number].arn)
    bedrock_jobs.add_imported_model("row-10")
    names, token = imported.page(client, maxResults=3, nextToken=token)
    assert names == numbered(5, 4, 3)
    for number in (1, 2):
        client.delete_imported_model(modelIdentifier=models[number].arn)
    assert imported.page(client, maxResults=3, nextToken=token) == ([], None)
    assert imported.names(client) == numbered(10, 9, 5, 4, 3)


def test_a_model_of_an_old_job_takes_its_place_among_older_ones(bedrock_jobs, client):
    """A model's creation is its job's: one that appears late stands among the older ones."""
    bedrock_jobs.progress = "manual"
    bedrock_jobs.add_imported_model("row-1")
    bedrock_jobs.clock.advance(60)
    late = bedrock_jobs.add_import_job(imported_model_name="row-2")
    bedrock_jobs.clock.advance(60)
    bedrock_jobs.add_imported_model("row-3")
    imported = LISTS["imported models"]
    names, token = imported.page(client, maxResults=1)
    assert names == ["row-3"]
    bedrock_jobs.complete(late)
    assert imported.names(client, nextToken=token) == ["row-2", "row-1"]
    assert imported.names(client, sortOrder="Ascending") == numbered(1, 2, 3)


MANY = 5000 if hypothesis_profile.is_long() else 1000


@pytest.mark.parametrize("order", ["Ascending", "Descending"])
def test_jobs_that_come_between_pages_are_neither_lost_nor_listed_twice(bedrock_jobs, client, order):
    """Jobs come and models go between the pages: no row twice, none lost that existed throughout."""
    jobs = [bedrock_jobs.add_import_job(status="Completed").name for _ in range(MANY)]
    models = [model.arn for model in bedrock_jobs.imported_models]
    imports, deleted = LISTS["import jobs"], 0
    names, token = imports.page(client, maxResults=7, sortOrder=order)
    while token:
        if not deleted % 7:
            bedrock_jobs.add_import_job(status="Failed")
        client.delete_imported_model(modelIdentifier=models[deleted])
        deleted += 1
        more, token = imports.page(client, maxResults=7, sortOrder=order, nextToken=token)
        names += more
    assert deleted >= MANY // 7
    assert len(names) == len(set(names))
    expected, throughout = jobs if order == "Ascending" else jobs[::-1], set(jobs)
    assert [name for name in names if name in throughout] == expected
    assert len(bedrock_jobs.imported_models) == MANY - deleted


@pytest.mark.parametrize("order", ["Ascending", "Descending"])
def test_models_that_go_between_pages_cost_the_list_no_others(bedrock_jobs, client, order):
    """Models are deleted, ahead of the reader and behind, between the pages: the others come once each."""
    for _ in range(MANY):
        bedrock_jobs.add_import_job(status="Completed")
    models = {model.name: model.arn for model in bedrock_jobs.imported_models}
    by_age = list(models)
    imported, gone = LISTS["imported models"], set()
    names, token = imported.page(client, maxResults=7, sortOrder=order)
    while token:
        for name in (by_age[len(gone) * 11 % MANY], names[-1]):
            if name not in gone:
                client.delete_imported_model(modelIdentifier=models[name])
                gone.add(name)
        more, token = imported.page(client, maxResults=7, sortOrder=order, nextToken=token)
        names += more
    assert len(gone) > MANY // 5
    assert len(names) == len(set(names))
    assert set(by_age) - gone <= set(names)
    expected = by_age if order == "Ascending" else by_age[::-1]
    read = set(names)
    assert names == [name for name in expected if name in read]
