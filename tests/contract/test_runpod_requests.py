"""Every request the client sends, held against RunPod's own documents.

PODKEEPER_OPENAPI names the OpenAPI document of REST v2, PODKEEPER_GRAPHQL a GraphQL schema. They are RunPod's, so they
are not kept here.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import graphql
import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from pods.ledger.sightings import SubjectKind
from pods.model import (
    ACTIONS,
    Cloud,
    CpuRequest,
    GpuRequest,
    NetworkMount,
    PersistentMount,
    Pod,
    PodChange,
    PodSpec,
    PodStatus,
    Verb,
)
from pods.runpod import graphql_documents
from pods.runpod.provider import Mode, RunPodProvider, build_provider

ROOT = "urn:runpod-openapi"
#: Documented on RunPod's newer pages and passed over by the older API: paging of the pod list.
NEWER_PARAMETERS = {("/v2/pods", "get"): {"limit", "cursor"}}
POD = Pod(id="abc123", name="nlp-train", status=PodStatus.RUNNING)
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

Ask = Callable[[RunPodProvider], object]
Json = dict[str, Any]


def _spec(**changes: Any) -> PodSpec:
    return PodSpec.model_validate({"name": "n-abcdefghij", "image": "i", "gpu": GpuRequest(id="NVIDIA A40")} | changes)


SPECS = {
    "smallest": _spec(),
    "all of it": _spec(
        template_id="tpl1",
        args="python train.py",
        disk_gb=40,
        ports=("8888/http", "22/tcp"),
        env={"PODKEEPER_OP": "abcdefghij"},
        gpu=GpuRequest(id="NVIDIA A40", count=2),
        cloud=Cloud.COMMUNITY,
        data_centers=("US-KS-2", "EU-RO-1"),
        persistent=PersistentMount(size_gb=10, path="/workspace"),
        start_ssh=True,
        start_jupyter=True,
    ),
    "template only": _spec(image=None, template_id="tpl1"),
    "CPU": _spec(gpu=None, cpu=CpuRequest(id="cpu5c", vcpu_count=4)),
    "network volume": _spec(network=NetworkMount(volume_id="vol1", path="/workspace")),
}
CALLS: dict[str, Ask] = {
    "list": lambda p: p.list(),
    "get": lambda p: p.get("abc123"),
    "logs": lambda p: p.logs("abc123", source="container", tail=100),
    "logs since": lambda p: p.logs("abc123", source="system", tail=100, since=NOW),
    "gpu types": lambda p: p.gpu_types(count=2),
    "gpu types of the community": lambda p: p.gpu_types(cloud=Cloud.COMMUNITY),
    "cpu types": lambda p: p.cpu_types(),
    "data centers": lambda p: p.data_centers(),
    "network volumes": lambda p: p.network_volumes(),
    "templates": lambda p: p.templates(),
    "rename": lambda p: p.update(POD, PodChange(name="new name")),
    "lock": lambda p: p.update(POD, PodChange(locked=True)),
    "unlock": lambda p: p.update(POD, PodChange(locked=False)),
    **{f"bill: {kind.value}": lambda p, k=kind: p.bill(k, NOW - timedelta(days=1), NOW) for kind in SubjectKind},  # type: ignore[misc]
    **{verb.value: lambda p, v=verb: p.act(v, POD) for verb in ACTIONS},  # type: ignore[misc]
    **{f"create: {name}": lambda p, s=spec: p.create(s) for name, spec in SPECS.items()},  # type: ignore[misc]
}


class FixedClock:
    def now(self) -> datetime:
        return NOW


class Recorder:
    """Answers what lets the client go on: two pages of pods, pods, nothing of a log."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.url.path.endswith("/logs"):
            return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=b"")
        if request.content and json.loads(request.content).get("action") == "terminate":
            return httpx.Response(204)
        first = "cursor" not in request.url.params
        pods = [{"id": "abc123" if first else "def456", "status": "RUNNING"}]
        lists: Json = {name: [] for name in ("gpus", "cpus", "dataCenters", "networkVolumes", "templates", "records")}
        body = {"pods": pods, "pagination": {"hasNextPage": first, "nextCursor": "c1"}, **lists, **pods[0]}
        return httpx.Response(200, json=body)


@pytest.fixture(scope="module")
def document() -> Json:
    name = os.environ.get("PODKEEPER_OPENAPI")
    if not name:
        pytest.skip("PODKEEPER_OPENAPI does not name RunPod's OpenAPI document: REST requests are NOT checked")
    loaded: Json = json.loads(Path(name).read_text())
    return loaded


def requests_of(ask: Ask) -> list[httpx.Request]:
    recorder = Recorder()
    transport = httpx.MockTransport(recorder)
    ask(build_provider(api_key="rp_key", clock=FixedClock(), mode=Mode.REST, transport=transport))
    assert recorder.requests
    return recorder.requests


def deviations(document: Json, request: httpx.Request) -> Iterator[str]:
    """Everything in which a request is not what the document describes."""
    method = request.method.lower()
    template = _template(document, unquote(request.url.path))
    if template is None or method not in document["paths"][template]:
        yield f"{request.method} {request.url.path} is not documented"
        return
    item = document["paths"][template]
    yield from _query_deviations(document, request, [*item.get("parameters", []), *item[method].get("parameters", [])])
    body = item[method].get("requestBody")
    if body is None:
        if request.content:
            yield "a body where none is documented"
        return
    schema = _pointer("paths", template, method, "requestBody", "content", "application/json", "schema")
    yield from _wrong(document, schema, json.loads(request.content), "body")


def _template(document: Json, path: str) -> str | None:
    for template in document["paths"]:
        if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), path):
            return str(template)
    return None


def _query_deviations(document: Json, request: httpx.Request, parameters: list[Json]) -> Iterator[str]:
    known = {p["name"]: p for p in (_resolved(document, parameter) for parameter in parameters) if p["in"] == "query"}
    newer = NEWER_PARAMETERS.get((request.url.path, request.method.lower()), set())
    for name, text in request.url.params.multi_items():
        if name in newer and name not in known:
            continue
        if name not in known:
            yield f"query parameter {name} is not documented"
            continue
        schema = known[name]["schema"]
        yield from _wrong(document, schema, _query_value(document, schema, text), name)
    yield from (f"{n} is missing" for n, p in known.items() if p.get("required") and n not in request.url.params)


def _query_value(document: Json, schema: Json, text: str) -> object:
    kind = _resolved(document, schema).get("type")
    if kind == "array":
        return text.split(",")
    return json.loads(text) if kind in {"integer", "boolean", "number"} else text


def _resolved(document: Json, value: Json) -> Json:
    while reference := value.get("$ref"):
        value = document
        for step in reference.removeprefix("#/").split("/"):
            value = value[step.replace("~1", "/").replace("~0", "~")]
    return value


def _pointer(*steps: str) -> Json:
    return {"$ref": f"{ROOT}#/" + "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps)}


def _wrong(document: Json, schema: Json, value: object, where: str) -> Iterator[str]:
    resource = Resource.from_contents(document, default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource(ROOT, resource)
    # References inside the document are relative to it.
    absolute = json.loads(json.dumps(schema).replace('"#/', f'"{ROOT}#/'))
    validator = Draft202012Validator(absolute, registry=registry, format_checker=FormatChecker())
    for error in validator.iter_errors(value):
        yield f"{where}: {error.message}"


@pytest.mark.parametrize("name", CALLS)
def test_each_rest_request_is_as_runpod_documents_it(document: Json, name: str) -> None:
    for request in requests_of(CALLS[name]):
        assert list(deviations(document, request)) == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v2/pods", {"name": "n", "image": "i", "gpuTypeId": "x"}),
        ("POST", "/v2/pods", {"image": "i"}),
        ("POST", "/v2/pods", {"name": "n"}),
        ("POST", "/v2/pods", {"name": "n", "image": "i", "gpu": {"id": "x", "count": 0}}),
        ("PATCH", "/v2/pods/abc123", {"lock": True}),
        ("PATCH", "/v2/pods/abc123", {"name": ""}),
        ("POST", "/v2/pods/abc123/action", {"action": "reset"}),
        ("POST", "/v2/pods/abc123/stop", {}),
        ("GET", "/v2/pods?bogus=1", None),
        ("GET", "/v2/pods/abc123/logs?tail=5001", None),
        ("GET", "/v2/catalog/gpus?include=PRICES", None),
    ],
)
def test_the_check_itself_finds_what_is_wrong(document: Json, method: str, path: str, body: Json | None) -> None:
    request = httpx.Request(method, f"https://api.runpod.io{path}", json=body)

    assert list(deviations(document, request))


def test_every_page_of_the_list_is_among_the_requests() -> None:
    assert [request.url.params.get("cursor") for request in requests_of(CALLS["list"])] == [None, "c1"]


@pytest.mark.parametrize("name", graphql_documents.ALL)
def test_each_graphql_document_fits_the_known_schema(name: str) -> None:
    schema = os.environ.get("PODKEEPER_GRAPHQL")
    if not schema:
        pytest.skip("PODKEEPER_GRAPHQL does not name a GraphQL schema: GraphQL documents are NOT checked")

    parsed = graphql.parse(graphql_documents.ALL[name])

    assert graphql.validate(graphql.build_schema(Path(schema).read_text()), parsed) == []


GRAPHQL_ASKS: dict[str, Ask] = {
    "list": lambda p: p.list(),
    "get": lambda p: p.get("abc123"),
    "stop": lambda p: p.act(Verb.STOP, POD),
    "start": lambda p: p.act(Verb.START, POD),
    "terminate": lambda p: p.act(Verb.TERMINATE, POD),
    "account": lambda p: p.account(),
    "last status change": lambda p: p.last_status_change("abc123"),
    "maintenances": lambda p: p.maintenances(),
    "gpu types": lambda p: p.gpu_types(count=2, cloud=Cloud.COMMUNITY),
    "network volumes": lambda p: p.network_volumes(),
    "templates": lambda p: p.templates(),
    "create": lambda p: p.create(_spec(env={"A": "b"}, persistent=PersistentMount(size_gb=10, path="/w"))),
}


@pytest.mark.parametrize("name", GRAPHQL_ASKS)
def test_each_graphql_request_with_its_variables_fits_the_known_schema(name: str) -> None:
    path = os.environ.get("PODKEEPER_GRAPHQL")
    if not path:
        pytest.skip("PODKEEPER_GRAPHQL does not name a GraphQL schema: GraphQL variables are NOT checked")
    sent: list[Json] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content))
        pod = {"id": "abc123", "desiredStatus": "RUNNING"}
        fields = ("pod", "podStop", "podResume", "podFindAndDeployOnDemand")
        account: Json = {"pods": [], "networkVolumes": [], "podTemplates": []}
        data: Json = {"myself": account, "gpuTypes": [], "podTerminate": None} | dict.fromkeys(fields, pod)
        return httpx.Response(200, json={"data": data})

    transport = httpx.MockTransport(handler)
    GRAPHQL_ASKS[name](build_provider(api_key="rp_key", clock=FixedClock(), mode=Mode.GRAPHQL, transport=transport))

    schema = graphql.build_schema(Path(path).read_text())
    result = graphql.graphql_sync(schema, sent[0]["query"], variable_values=sent[0].get("variables"))
    # Nothing is resolved, so nothing but the shape of the request can be wrong.
    assert result.errors is None
