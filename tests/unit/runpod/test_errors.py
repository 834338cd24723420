"""Every way RunPod says no, and what a person is told of it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pods import errors as e
from pods.model import Api
from pods.ports import Capability
from pods.runpod.answers import Answer
from pods.runpod.errors import error_of, graphql_error_of

FREE_GPUS = "There are not enough free GPUs on the host machine to start this pod."
NO_LONGER = (
    "There are no longer any instances available with the requested specifications. Please refresh and try again."
)
CPU_DISK = "create pod: Container Disk must be less than or equal to 20 GB for this instance"
WENT_WRONG = "Something went wrong. Please try again later or contact support."
BALANCE = "Insufficient balance to resume this on-demand pod. You need at least $1.50 (current: $0.20, deficit: $1.30)."
CLUSTER = "Pod belongs to a cluster and cannot be terminated via the pod endpoints."

v2 = "v2"
v1 = "v1"
C = Capability


def answer_of(
    purpose: Capability, status: int, body: bytes, *, api: Api = Api.REST, headers: dict[str, str] | None = None
) -> Answer:
    sent = httpx.Headers({"x-request-id": "req-9"} | (headers or {}))
    return Answer(purpose=purpose, status=status, body=body, api=api, headers=sent)


def said(shape: str, status: int, text: str, errors: list[str] | None = None) -> bytes:
    body: dict[str, Any] = {"error": text, "status": status}
    if shape == v2:
        body = {"title": "Error", "status": status, "detail": text, "errors": errors or []}
    return json.dumps(body).encode()


#: purpose, status, shape, RunPod's words, our error, what the sentence must tell a person.
TABLE: list[tuple[Capability, int, str, str, type[e.ProviderError], str]] = [
    (C.LIST, 401, v2, "missing bearer token", e.Unauthorized, "RUNPOD_API_KEY"),
    (C.STOP, 403, v2, "access denied", e.Forbidden, "read and write rights"),
    (C.CREATE, 403, v2, "access denied", e.Forbidden, "Choose another GPU"),
    (C.CREATE, 402, v2, "Insufficient balance", e.InsufficientBalance, "add credit"),
    (C.START, 400, v2, BALANCE, e.InsufficientBalance, "needs $1.50 and has $0.20"),
    (C.CREATE, 400, v2, NO_LONGER, e.NoCapacity, "no free machine"),
    (C.CREATE, 400, v2, NO_LONGER.upper(), e.NoCapacity, "no free machine"),
    (C.CREATE, 400, v2, "There are no longer any instances available with enough disk space.", e.NoCapacity, "smaller"),
    (C.CREATE, 400, v2, "There are no resources to deploy for this request.", e.NoCapacity, "no free machine"),
    (C.CREATE, 400, v1, CPU_DISK, e.InvalidRequest, "smaller disk"),
    (
        C.CREATE,
        400,
        v2,
        "There are no instances available with the request specifications. Please try again later.",
        e.NoCapacity,
        "no free machine",
    ),
    (C.CREATE, 500, v1, "create pod: There are no instances currently available", e.NoCapacity, "no free machine"),
    (
        C.CREATE,
        400,
        v2,
        "This machine does not have the resources to deploy your pod. Please try a different machine",
        e.RaceLost,
        "in the same moment",
    ),
    (
        C.CREATE,
        500,
        v1,
        "create pod: could not find any pods with required specifications",
        e.NoCapacity,
        "no free machine",
    ),
    (C.START, 400, v2, FREE_GPUS, e.HostFull, "no free GPU"),
    (C.START, 500, v1, "start pod: " + FREE_GPUS, e.HostFull, "no free GPU"),
    (C.START, 409, v2, FREE_GPUS, e.HostFull, "no free GPU"),
    (C.CREATE, 500, v2, WENT_WRONG, e.ServerFault, "did not say whether"),
    (C.TERMINATE, 400, v2, "pod not found to terminate", e.PodNotFound, "terminated, or the id is wrong"),
    (C.GET, 404, v2, "pod not found", e.PodNotFound, "terminated, or the id is wrong"),
    (C.LOGS, 404, v2, "pod not found", e.PodNotFound, "terminated, or the id is wrong"),
    (C.CREATE, 404, v2, "template not found", e.InvalidRequest, "Check the id"),
    (C.LIST, 404, v2, "not found", e.InvalidRequest, "check the address"),
    (C.STOP, 409, v2, "action not valid for current status", e.ActionConflict, "changed in the meantime"),
    (C.STOP, 409, v2, "Pod is LOCKED", e.PodLocked, "Unlock it first"),
    (C.STOP, 400, v2, "the pod is locked", e.PodLocked, "Unlock it first"),
    (C.TERMINATE, 409, v2, CLUSTER, e.ActionConflict, "managed with the cluster"),
    (C.LIST, 410, v1, "gone", e.Retired, "set the REST address to v2"),
    (C.LIST, 410, v2, "gone", e.Retired, "newer version"),
    (C.CREATE, 413, v2, "too large", e.InvalidRequest, "Shorten"),
    (C.CREATE, 418, v2, "no tea", e.InvalidRequest, "It says: no tea."),
    (C.CREATE, 400, v2, "Mounts exclude each other.", e.InvalidRequest, "It says: Mounts exclude each other."),
    (C.STOP, 500, v2, "boom", e.ServerFault, "did not say whether"),
    (C.STOP, 503, v2, "unavailable", e.ServerFault, "did not say whether"),
    (C.STOP, 504, v2, "slow", e.TimedOut, "in time"),
    (C.STOP, 408, v2, "slow", e.TimedOut, "in time"),
    (C.STOP, 302, v2, "elsewhere", e.Unreadable, "could not be read"),
]


@pytest.mark.parametrize(("purpose", "status", "shape", "text", "error", "told"), TABLE)
def test_each_answer_is_named_and_says_what_to_do(
    *, purpose: Capability, status: int, shape: str, text: str, error: type[e.ProviderError], told: str
) -> None:
    got = error_of(answer_of(purpose, status, said(shape, status, text)))

    assert type(got) is error
    assert told in got.sentence
    assert got.status == status
    assert got.request_id == "req-9"
    assert f"HTTP {status}, in {shape}'s form: {text}" in got.detail


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (403, b"error code: 1010", e.Blocked),
        (403, b"<html>Attention Required! | Cloudflare</html>", e.Blocked),
        (400, b"<html>bad</html>", e.Blocked),
        (405, b"", e.Blocked),
        (502, b"<html>Bad gateway</html>", e.ServerFault),
        (524, b"", e.TimedOut),
        (410, b"", e.Retired),
        (401, b"", e.Unauthorized),
    ],
)
def test_a_gateways_page_is_not_taken_for_runpods_word(status: int, body: bytes, error: type[e.ProviderError]) -> None:
    got = error_of(answer_of(C.STOP, status, body))

    assert type(got) is error
    assert "html" not in got.detail


def test_a_gateways_error_code_reaches_the_operator() -> None:
    assert "error code: 1010" in error_of(answer_of(C.LIST, 403, b"error code: 1010")).detail


@pytest.mark.parametrize("body", [b"404 page not found", b"", b"<html>", b"[]", b"{}"])
def test_a_404_not_in_runpods_form_does_not_make_a_pod_look_gone(body: bytes) -> None:
    got = error_of(answer_of(C.GET, 404, body))

    assert isinstance(got, e.Unclear)
    assert "address" in got.sentence


def test_a_422_lists_what_is_wrong() -> None:
    body = said(v2, 422, "Request validation failed.", ["$: additional properties 'bogus' not allowed"])

    got = error_of(answer_of(C.CREATE, 422, body))

    assert isinstance(got, e.InvalidRequest)
    assert "additional properties 'bogus' not allowed" in got.sentence


def test_an_unclear_5xx_is_never_a_refusal() -> None:
    assert isinstance(error_of(answer_of(C.STOP, 500, said(v2, 500, "the pod is locked"))), e.Unclear)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "12"}, 12),
        ({"Retry-After": "0"}, 1),
        ({"Retry-After": "999999999999"}, 86_400),
        ({"Retry-After": "soon", "RateLimit": '"minute";r=0;t=17, "hour";r=9;t=800'}, 17),
        ({"RateLimit": '"minute";r=0;t=17, "hour";r=0;t=800'}, 800),
        ({}, 60),
    ],
)
def test_a_429_says_when_to_come_back(headers: dict[str, str], wait: int) -> None:
    body = said(v2, 429, "rate limit exceeded for the minute window")

    got = error_of(answer_of(C.LIST, 429, body, headers=headers))

    assert isinstance(got, e.RateLimited)
    assert got.retry_after_s == wait
    assert f"{wait} s" in got.sentence
    assert not got.final


#: RunPod's words in `errors`, their code, our error, what the sentence must tell a person.
GRAPHQL: list[tuple[str, str, type[e.ProviderError], str]] = [
    (FREE_GPUS, "RUNPOD", e.HostFull, "no free GPU"),
    (NO_LONGER, "RUNPOD", e.NoCapacity, "no free machine"),
    (BALANCE, "INSUFFICIENT_BALANCE", e.InsufficientBalance, "needs $1.50"),
    ("pod not found to terminate", "RUNPOD", e.PodNotFound, "terminated"),
    ("Pod is locked", "RUNPOD", e.PodLocked, "Unlock"),
    ("Unauthorized", "UNAUTHENTICATED", e.Unauthorized, "RUNPOD_API_KEY"),
    ("no", "FORBIDDEN", e.Forbidden, "rights"),
    ('Cannot query field "x" on type "Pod".', "GRAPHQL_VALIDATION_FAILED", e.SchemaMoved, "REST v2"),
    ('Field "a" is not defined by type "B".', "BAD_USER_INPUT", e.SchemaMoved, "REST v2"),
    ("the id is odd", "BAD_USER_INPUT", e.InvalidRequest, "It says: the id is odd."),
    (WENT_WRONG, "INTERNAL_SERVER_ERROR", e.ServerFault, "did not say whether"),
    ("never heard of", "", e.ServerFault, "did not say whether"),
    ("Rate limit exceeded", "", e.RateLimited, "slow down"),
]


@pytest.mark.parametrize(("text", "code", "error", "told"), GRAPHQL)
def test_each_graphql_error_is_named_and_says_what_to_do(
    text: str, code: str, error: type[e.ProviderError], told: str
) -> None:
    entry: dict[str, object] = {"message": text, "extensions": {"code": code}}

    got = graphql_error_of([entry], answer_of(C.START, 200, b"", api=Api.GRAPHQL))

    assert type(got) is error
    assert told in got.sentence


def test_a_410_from_graphql_says_which_api_is_gone() -> None:
    got = error_of(answer_of(C.ACCOUNT, 410, b"{}", api=Api.GRAPHQL))

    assert isinstance(got, e.Retired)
    assert "GraphQL" in got.sentence


def test_a_graphql_400_is_read_like_errors_in_a_200() -> None:
    body = json.dumps({"errors": [{"message": 'Cannot query field "x" on type "Pod".'}]}).encode()

    assert isinstance(error_of(answer_of(C.LIST, 400, body, api=Api.GRAPHQL)), e.InvalidRequest)


@given(status=st.integers(300, 599), body=st.binary(max_size=200), purpose=st.sampled_from(list(Capability)))
def test_any_answer_at_all_becomes_a_typed_error(status: int, body: bytes, purpose: Capability) -> None:
    got = error_of(answer_of(purpose, status, body))

    assert isinstance(got, e.Refused | e.Unclear)
    assert got.sentence.endswith(".")
    assert isinstance(got, e.Unclear) or status < 500
