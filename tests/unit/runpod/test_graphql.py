"""GraphQL: constant documents, variables, and errors that come with HTTP 200."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import graphql
import httpx
import pytest

from pods import errors as e
from pods.model import Account, Gpu, GpuRequest, Pod, PodSpec, PodStatus, Verb
from pods.runpod import graphql_documents
from pods.runpod.provider import Mode, RunPodProvider
from tests.unit.runpod.canned import always, graphql_pod, ok, provider_of

SCHEMA = Path(__file__).parents[3] / "sim/runpod/schema.graphql"
ODD_ID = '"}) { id } podTerminate(input: {podId: "x'


def pod(**changes: Any) -> Pod:
    return Pod.model_validate({"id": "abc123", "name": "n", "status": PodStatus.EXITED} | changes)


def answered(data: object = None, errors: list[str] | None = None) -> RunPodProvider:
    body: dict[str, Any] = {"data": data}
    if errors is not None:
        body["errors"] = [{"message": message} for message in errors]
    return provider_of(always(ok(body)), Mode.GRAPHQL)


class Recorder:
    def __init__(self, data: object) -> None:
        self._data = data
        self.bodies: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert str(request.url) == "https://api.runpod.io/graphql"
        assert request.method == "POST"
        self.bodies.append(json.loads(request.content))
        return ok({"data": self._data})


@pytest.mark.parametrize("name", graphql_documents.ALL)
def test_each_document_fits_the_simulated_schema(name: str) -> None:
    schema = graphql.build_schema(SCHEMA.read_text())

    assert graphql.validate(schema, graphql.parse(graphql_documents.ALL[name])) == []


def test_what_a_person_typed_travels_as_a_variable() -> None:
    server = Recorder({"pod": graphql_pod()})

    provider_of(server, Mode.GRAPHQL).get(ODD_ID)

    assert server.bodies == [{"query": graphql_documents.POD, "variables": {"input": {"podId": ODD_ID}}}]


@pytest.mark.parametrize(
    ("gpu", "order"),
    [
        (Gpu(id="A40", count=4), {"podId": "abc123", "gpuCount": 4}),
        (Gpu(id="A40", count=0), {"podId": "abc123", "gpuCount": 1}),
        (None, {"podId": "abc123"}),
    ],
)
def test_a_start_asks_for_the_gpus_the_pod_had(gpu: Gpu | None, order: dict[str, Any]) -> None:
    server = Recorder({"podResume": graphql_pod()})

    result = provider_of(server, Mode.GRAPHQL).act(Verb.START, pod(gpu=gpu))

    assert server.bodies[0]["variables"] == {"input": order}
    assert result.pod


def test_a_stop_gives_the_pod_as_answered() -> None:
    result = answered({"podStop": graphql_pod(desiredStatus="EXITED")}).act(Verb.STOP, pod())

    assert result.pod
    assert result.pod.status is PodStatus.EXITED
    assert result.request_id == "req-1"


def test_null_is_the_yes_of_a_terminate() -> None:
    assert answered({"podTerminate": None}).act(Verb.TERMINATE, pod()).pod is None


def test_a_terminate_without_its_field_is_no_yes() -> None:
    with pytest.raises(e.Unreadable):
        answered({}).act(Verb.TERMINATE, pod())


@pytest.mark.parametrize("verb", [Verb.STOP, Verb.START])
def test_a_null_answer_to_another_change_is_unclear(verb: Verb) -> None:
    with pytest.raises(e.Unreadable):
        answered({"podStop": None, "podResume": None}).act(verb, pod())


def test_a_null_pod_is_not_found() -> None:
    with pytest.raises(e.PodNotFound):
        answered({"pod": None}).get("abc123")
    with pytest.raises(e.PodNotFound):
        answered({"pod": None}).last_status_change("abc123")


@pytest.mark.parametrize("data", [{}, {"pod": 3}, {"pod": {"id": "abc123"}}, None, []])
def test_a_pod_that_is_not_said_to_be_null_is_unreadable_not_gone(data: object) -> None:
    with pytest.raises(e.Unreadable):
        answered(data).get("abc123")


def test_a_null_answer_to_a_create_means_no_capacity() -> None:
    with pytest.raises(e.NoCapacity):
        answered({"podFindAndDeployOnDemand": None}).create(
            PodSpec(name="n", image="i", gpu=GpuRequest(id="NVIDIA A40"))
        )


def test_a_create_without_its_field_is_unclear() -> None:
    with pytest.raises(e.Unreadable):
        answered({}).create(PodSpec(name="n", image="i", gpu=GpuRequest(id="NVIDIA A40")))


def test_errors_with_http_200_are_errors() -> None:
    with pytest.raises(e.HostFull):
        answered({"podResume": None}, ["There are not enough free GPUs on the host machine to start this pod."]).act(
            Verb.START, pod()
        )


def test_a_change_that_shows_in_data_was_made_whatever_else_failed() -> None:
    assert answered({"podStop": graphql_pod()}, ["runtime lookup failed"]).act(Verb.STOP, pod()).pod


def test_a_read_with_any_error_is_not_believed() -> None:
    with pytest.raises(e.Unclear):
        answered({"myself": {"pods": [graphql_pod(runtime=None)]}}, ["runtime lookup failed"]).list()


def test_the_account_is_read_exactly_and_leniently() -> None:
    data = {"myself": {"email": "a@b.c", "clientBalance": 12.3, "currentSpendPerHr": None}}

    assert answered(data).account() == Account(email="a@b.c", balance=Decimal("12.3"), spend_per_hour=None)


@pytest.mark.parametrize("said", [None, "", "  ", 7])
def test_no_words_on_a_status_change_are_none(said: object) -> None:
    assert answered({"pod": {"id": "abc123", "lastStatusChange": said}}).last_status_change("abc123") is None
