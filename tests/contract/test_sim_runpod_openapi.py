"""The simulated RunPod against RunPod's own OpenAPI document, whose path PODKEEPER_OPENAPI names.

The document is RunPod's and not part of this repository; where the variable is not set these tests skip, and say so.
"""

from __future__ import annotations

import copy
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from sim.clock import SimClock
from sim.runpod import FULL_KEY, READ_ONLY_KEY, Settings, SimRunPod, Telemetry, demo_seed, mock_transport

Json = dict[str, Any]
_VARIABLE = "PODKEEPER_OPENAPI"
_NAME = "urn:runpod-openapi"
_HEADERS = {"authorization": f"Bearer {FULL_KEY}", "user-agent": "podkeeper-tests"}

GPU_POD: Json = {
    "name": "new",
    "image": "example/image:1",
    "args": "--fast",
    "disk": 30,
    "ports": ["8888/http", "22/tcp"],
    "env": {"A": "b"},
    "registry": None,
    "cloud": "SECURE",
    "gpu": {"id": "NVIDIA A40", "count": 1, "minCudaVersion": "12.1"},
    "dataCenterIds": ["EU-RO-1"],
    "mounts": {"persistent": {"size": 20, "path": "/workspace"}},
    "globalNetworking": False,
    "startSsh": True,
    "startJupyter": False,
}
CPU_POD: Json = {
    "name": "cpu",
    "templateId": "tplpytorch",
    "cpu": {"id": "cpu5c", "vcpuCount": 4},
    "mounts": {"network": [{"volumeId": "vol8kq2x1c", "path": "/data"}]},
}
#: (method, path, template of the path in the document, a body that is accepted).
BODIES: tuple[tuple[str, str, str, Json], ...] = (
    ("POST", "/v2/pods", "/v2/pods", GPU_POD),
    ("POST", "/v2/pods", "/v2/pods", CPU_POD),
    ("PATCH", "/v2/pods/f6j1bs", "/v2/pods/{id}", {"name": "x", "locked": True, "args": "", "globalNetworking": True}),
    (
        "PATCH",
        "/v2/pods/f6j1bs",
        "/v2/pods/{id}",
        {"image": "i", "disk": 40, "env": {}, "ports": [], "registry": None, "templateId": "tplpytorch"},
    ),
    ("PATCH", "/v2/pods/f6j1bs", "/v2/pods/{id}", {"mounts": {"persistent": {"size": 30, "path": "/w"}}}),
    ("POST", "/v2/pods/f6j1bs/action", "/v2/pods/{id}/action", {"action": "restart"}),
    (
        "POST",
        "/v2/network-volumes",
        "/v2/network-volumes",
        {"name": "v", "size": 100, "dataCenter": "EU-RO-1", "type": "HIGH_PERFORMANCE"},
    ),
    ("PATCH", "/v2/network-volumes/vol8kq2x1c", "/v2/network-volumes/{id}", {"name": "w", "size": 600}),
    ("PUT", "/v2/account/ssh-keys", "/v2/account/ssh-keys", {"keys": ["ssh-ed25519 AAAA me"]}),
)
READS: tuple[tuple[str, str], ...] = (
    ("/v2/pods", "/v2/pods"),
    ("/v2/pods?includeClusterPods=true", "/v2/pods"),
    ("/v2/pods/abc123", "/v2/pods/{id}"),
    ("/v2/pods/p4v9td", "/v2/pods/{id}"),
    ("/v2/pods/nope", "/v2/pods/{id}"),
    ("/v2/pods/abc123/logs", "/v2/pods/{id}/logs"),
    ("/v2/pods/nope/logs", "/v2/pods/{id}/logs"),
    ("/v2/network-volumes", "/v2/network-volumes"),
    ("/v2/network-volumes/vol8kq2x1c", "/v2/network-volumes/{id}"),
    ("/v2/templates", "/v2/templates"),
    ("/v2/catalog/gpus", "/v2/catalog/gpus"),
    ("/v2/catalog/gpus?include=AVAILABILITY&product=POD&count=2&cloud=COMMUNITY", "/v2/catalog/gpus"),
    ("/v2/catalog/gpus/NVIDIA%20A40?include=AVAILABILITY&product=POD", "/v2/catalog/gpus/{id}"),
    ("/v2/catalog/gpus/nope", "/v2/catalog/gpus/{id}"),
    ("/v2/catalog/cpus?include=AVAILABILITY&product=POD", "/v2/catalog/cpus"),
    ("/v2/catalog/datacenters?include=GPU_AVAILABILITY,CPU_AVAILABILITY", "/v2/catalog/datacenters"),
    ("/v2/billing/pods?lastN=40", "/v2/billing/pods"),
    ("/v2/billing/pods?bucketSize=hour&podId=abc123", "/v2/billing/pods"),
    ("/v2/billing/network-volumes", "/v2/billing/network-volumes"),
    ("/v2/account/ssh-keys", "/v2/account/ssh-keys"),
)


class Document:
    """RunPod's document: which answers and bodies it allows."""

    def __init__(self, spec: Json) -> None:
        self._spec = spec
        self._registry: Registry[Any] = Registry().with_resource(_NAME, DRAFT202012.create_resource(spec))

    def check_answer(self, answer: httpx.Response, method: str, template: str) -> None:
        documented = self._spec["paths"][template][method.lower()]["responses"]
        key = str(answer.status_code) if str(answer.status_code) in documented else "default"
        assert key != "default" or answer.status_code >= 400, f"{method} {template} may not answer {answer.status_code}"
        response, pointer = documented[key], ["paths", template, method.lower(), "responses", key]
        if "$ref" in response:
            pointer = response["$ref"].removeprefix("#/").split("/")
            response = self._at(pointer)
        content = response.get("content")
        if content is None:
            assert answer.content == b""
            return
        kind = answer.headers["content-type"].partition(";")[0]
        assert kind in content
        if kind != "text/event-stream":
            errors = self._errors([*pointer, "content", kind, "schema"], answer.json())
            assert not errors, f"{method} {template} {answer.status_code}: {errors}"

    def allows_body(self, body: object, method: str, template: str) -> bool:
        pointer = ["paths", template, method.lower(), "requestBody", "content", "application/json", "schema"]
        return not self._errors(pointer, body)

    def _errors(self, pointer: list[str], value: object) -> list[str]:
        path = "/".join(part.replace("~", "~0").replace("/", "~1") for part in pointer)
        reference = f"{_NAME}#/{path}".replace("{", "%7B").replace("}", "%7D")
        validator = Draft202012Validator({"$ref": reference}, registry=self._registry)
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]

    def _at(self, pointer: list[str]) -> Json:
        found: Json = self._spec
        for part in pointer:
            found = found[part]
        return found


@pytest.fixture(scope="module")
def document() -> Document:
    path = os.environ.get(_VARIABLE)
    if not path:
        pytest.skip(f"{_VARIABLE} does not name RunPod's OpenAPI document: the simulated RunPod is NOT checked")
    return Document(json.loads(Path(path).read_text(encoding="utf-8")))


def account(**settings: Any) -> tuple[SimRunPod, httpx.Client]:
    clock = SimClock(datetime(2026, 11, 23, 12, 0, tzinfo=UTC), monotonic=lambda: 0.0)
    quotas = {"minute": 100_000, "hour": 1_000_000, "day": 10_000_000}
    sim = SimRunPod(clock, demo_seed(), Settings(**{"quotas": quotas, **settings}))
    return sim, httpx.Client(transport=mock_transport(sim), base_url="https://api.runpod.io", headers=_HEADERS)


@pytest.mark.parametrize("telemetry", list(Telemetry))
@pytest.mark.parametrize(("path", "template"), READS)
def test_reads_answer_as_documented(document: Document, path: str, template: str, telemetry: Telemetry) -> None:
    _, client = account(telemetry=telemetry)
    with client:
        document.check_answer(client.get(path), "GET", template)


def test_pages_of_pods_answer_as_documented(document: Document) -> None:
    _, client = account(page_size=4)
    with client:
        document.check_answer(client.get("/v2/pods"), "GET", "/v2/pods")


def test_a_pod_answers_as_documented_through_its_life(document: Document) -> None:
    sim, client = account()
    with client:
        created = client.post("/v2/pods", json=GPU_POD)
        assert created.status_code == 201
        document.check_answer(created, "POST", "/v2/pods")
        path = f"/v2/pods/{created.json()['id']}"
        seen = []
        for action in (None, None, "stop", None, "start", None, "restart", None, "terminate"):
            if action is not None:
                acted = client.post(f"{path}/action", json={"action": action})
                assert acted.status_code < 300
                document.check_answer(acted, "POST", "/v2/pods/{id}/action")
            read = client.get(path)
            document.check_answer(read, "GET", "/v2/pods/{id}")
            seen.append(read.json().get("status"))
            sim.clock.advance(21)
    assert {"PROVISIONING", "STARTING", "RUNNING", "EXITED"} <= set(seen)


@pytest.mark.parametrize(("method", "path", "template", "body"), BODIES)
def test_accepted_changes_answer_as_documented(
    document: Document, method: str, path: str, template: str, body: Json
) -> None:
    assert document.allows_body(body, method, template)
    _, client = account()
    with client:
        answer = client.request(method, path, json=body)
    assert answer.status_code < 300, answer.text
    document.check_answer(answer, method, template)


@pytest.mark.parametrize(("method", "path", "template", "body"), BODIES)
def test_a_body_is_refused_with_422_exactly_when_the_document_forbids_it(
    document: Document, method: str, path: str, template: str, body: Json
) -> None:
    refused = accepted = 0
    for variant in [body, {}, [], None, "text", *spoilt(body)]:
        allowed = document.allows_body(variant, method, template)
        _, client = account()
        with client:
            answer = client.request(method, path, content=json.dumps(variant))
        assert (answer.status_code != 422) is allowed, f"{method} {template} {variant}: {answer.text}"
        document.check_answer(answer, method, template)
        refused, accepted = refused + (not allowed), accepted + allowed
    assert refused > accepted > 0


@pytest.mark.parametrize("key", ["", "Bearer", "Bearer wrong", f"Bearer {READ_ONLY_KEY}"])
def test_refused_keys_answer_as_documented(document: Document, key: str) -> None:
    _, client = account()
    with client:
        answer = client.delete("/v2/pods/abc123", headers={"authorization": key})
    assert answer.status_code in {401, 403}
    document.check_answer(answer, "DELETE", "/v2/pods/{id}")


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 502},
        {"kind": "conflict"},
        {"kind": "rate_limited"},
        {"kind": "outage"},
        {"kind": "gone_410", "operation": "*"},
        {"kind": "host_full"},
        {"kind": "no_balance"},
    ],
)
def test_faults_answer_in_the_documented_form(document: Document, fault: Json) -> None:
    sim, client = account()
    sim.faults.add(**fault)
    with client:
        answer = client.post("/v2/pods/p4v9td/action", json={"action": "start"})
    assert answer.status_code >= 400
    document.check_answer(answer, "POST", "/v2/pods/{id}/action")


def test_the_rate_limit_headers_have_the_documented_form(document: Document) -> None:
    sim, client = account(quotas={"minute": 1, "hour": 10, "day": 100})
    with client:
        answers = [client.get("/v2/pods"), client.get("/v2/pods")]
    member = r'"(minute|hour|day)";{}=\d+;{}=\d+'
    for answer in answers:
        document.check_answer(answer, "GET", "/v2/pods")
        for header, names in (("ratelimit", ("r", "t")), ("ratelimit-policy", ("q", "w"))):
            one = member.format(*names)
            assert re.fullmatch(f"{one}(, {one})*", answer.headers[header])
    assert answers[1].status_code == 429
    assert answers[1].headers["retry-after"].isdecimal()
    assert sim.calls.count == 2


def spoilt(body: Json) -> Iterator[object]:
    """The body with each field in turn left out, of every wrong type, at an edge, or with a stranger beside it."""
    for path in _paths(body):
        holder, name = path[:-1], path[-1]
        yield _changed(body, holder, lambda parent, key=name: parent.pop(key))
        for value in (None, True, 0, 1, -5, 5.0, 2.5, 10_000, "", "12", "12.8", "SECURE", [], [1], ["x"], {}, {"x": 1}):
            yield _changed(body, holder, lambda parent, key=name, new=value: parent.__setitem__(key, new))
    for path in [(), *(path for path in _paths(body) if isinstance(_found(body, path), dict))]:
        yield _changed(body, path, lambda parent: parent.__setitem__("bogus", "x"))


def _paths(value: object, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    children: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    for name, child in children:
        yield (*above, name)
        yield from _paths(child, (*above, name))


def _found(value: Any, path: tuple[str | int, ...]) -> Any:
    for name in path:
        value = value[name]
    return value


def _changed(body: Json, path: tuple[str | int, ...], change: Any) -> object:
    changed = copy.deepcopy(body)
    change(_found(changed, path))
    return changed
