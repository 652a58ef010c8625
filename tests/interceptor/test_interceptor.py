"""How the mock sits in botocore: once per client, and out of the way when no mock is active."""

from __future__ import annotations

from support import import_parameters, make_client

from pytest_bedrock_jobs.interceptor import botocore_hooks


class Overtaken:
    """A lock that another thread gets first, and that thread's first call of the same client."""

    def __init__(self, lock, overtake):
        self._lock = lock
        self._overtake = overtake

    def __enter__(self):
        overtake, self._overtake = self._overtake, None
        if overtake:
            overtake()
        return self._lock.__enter__()

    def __exit__(self, *error):
        return self._lock.__exit__(*error)


def test_two_first_calls_at_once_prepare_a_client_once(bedrock_jobs, monkeypatch):
    """A thread that waited for another one's first call does not prepare the client again."""
    client = make_client()

    def submit():
        client.create_model_import_job(**import_parameters())

    monkeypatch.setattr(botocore_hooks, "_lock", Overtaken(botocore_hooks._lock, submit))
    submit()
    emitter = client._endpoint._event_emitter
    assert isinstance(emitter, botocore_hooks.FirstResponseEmitter)
    assert not isinstance(emitter._emitter, botocore_hooks.FirstResponseEmitter)
    assert len(bedrock_jobs.import_jobs) == 2


def test_handlers_can_be_registered_at_the_endpoint(bedrock_jobs):
    """After a call to a mock, the endpoint's emitter is still the client's."""
    client, seen = make_client(), []
    client.create_model_import_job(**import_parameters())
    client._endpoint._event_emitter.register("before-send.bedrock", lambda **_: seen.append("before-send"))
    client.create_model_import_job(**import_parameters())
    assert seen == ["before-send"]
    assert len(bedrock_jobs.import_jobs) == 2
