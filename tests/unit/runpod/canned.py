"""RunPod's answers by hand, and a provider that gets them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx

from pods.runpod.provider import Mode, RunPodProvider, build_provider

KEY = "rpa_TOPSECRETKEY0123456789"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PROBLEM = "application/problem+json"

Handler = Callable[[httpx.Request], httpx.Response]


class FixedClock:
    def now(self) -> datetime:
        return NOW


def provider_of(handler: Handler, mode: Mode = Mode.AUTO) -> RunPodProvider:
    return build_provider(api_key=KEY, clock=FixedClock(), mode=mode, transport=httpx.MockTransport(handler))


def always(response: httpx.Response) -> Handler:
    """The same answer to every request, made anew since a response can be read once."""
    content, headers = response.content, response.headers
    return lambda request: httpx.Response(response.status_code, headers=headers, content=content)


def problem(status: int, detail: str, *, errors: list[str] | None = None) -> httpx.Response:
    body: dict[str, Any] = {"title": "Error", "status": status, "detail": detail}
    if errors:
        body["errors"] = errors
    return httpx.Response(status, headers={"content-type": PROBLEM, "x-request-id": "req-1"}, content=json.dumps(body))


def rest_pod(**changes: Any) -> dict[str, Any]:
    pod = {
        "id": "abc123",
        "name": "nlp-train",
        "image": "runpod/pytorch:1",
        "args": "",
        "disk": 50,
        "ports": ["8888/http", "22/tcp"],
        "env": {"WANDB_API_KEY": "wandb-SECRET-value", "PODKEEPER_OP": "abcdefghij"},
        "registry": None,
        "status": "RUNNING",
        "actions": ["stop", "restart", "terminate"],
        "mounts": {"persistent": {"size": 20, "path": "/workspace"}},
        "gpu": {"id": "NVIDIA H100 80GB HBM3", "count": 2},
        "cloud": "SECURE",
        "dataCenterId": "US-KS-2",
        "cudaVersion": "12.8",
        "ssh": {
            "proxy": {"host": "ssh.runpod.io", "port": 22, "username": "abc123-64", "command": "ssh abc123-64@ssh"},
            "direct": None,
        },
        "template": None,
        "cost": 2.69,
        "locked": False,
        "globalNetworking": {"enabled": False},
        "runtime": {
            "uptime": 3600,
            "gpus": [{"util": 94, "memoryUtil": 78}, {"util": 0}],
            "cpu": {"util": 3},
            "memory": {"util": 41},
            "ports": [{"private": 22, "public": 34446, "type": "tcp", "ip": "195.26.233.3"}],
        },
        "createdAt": "2026-06-01T12:00:00Z",
        "startedAt": "2026-06-01T12:02:00Z",
    }
    return pod | changes


def graphql_pod(**changes: Any) -> dict[str, Any]:
    pod = {
        "id": "abc123",
        "name": "nlp-train",
        "desiredStatus": "RUNNING",
        "lastStatusChange": "Rented by User: Wed Jul 29 2026 21:56:48 GMT+0000",
        "lastStartedAt": "2026-06-01T12:02:00Z",
        "createdAt": "2026-06-01T12:00:00Z",
        "imageName": "runpod/pytorch:1",
        "dockerArgs": "",
        "env": ["WANDB_API_KEY=wandb-SECRET-value=with=signs", "PODKEEPER_OP=abcdefghij", "FLAG"],
        "ports": "8888/http, 22/tcp",
        "locked": False,
        "gpuCount": 2,
        "vcpuCount": 16.0,
        "memoryInGb": 125.0,
        "containerDiskInGb": 50,
        "volumeInGb": 20.0,
        "volumeMountPath": "/workspace",
        "networkVolumeId": None,
        "costPerHr": 2.79,
        "adjustedCostPerHr": 2.69,
        "machine": {
            "podHostId": "abc123-64410065",
            "gpuTypeId": "NVIDIA H100 80GB HBM3",
            "dataCenterId": "US-KS-2",
            "secureCloud": True,
        },
        "runtime": {
            "uptimeInSeconds": 3600,
            "container": {"cpuPercent": 3, "memoryPercent": 41},
            "gpus": [{"id": "GPU-1", "gpuUtilPercent": 94, "memoryUtilPercent": 78}],
            "ports": [
                {"ip": "100.65.0.1", "isIpPublic": False, "privatePort": 8888, "publicPort": 60001, "type": "http"},
                {"ip": "195.26.233.3", "isIpPublic": True, "privatePort": 22, "publicPort": 34446, "type": "tcp"},
            ],
        },
    }
    return pod | changes


def ok(body: object, *, status: int = 200, headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.Response(
        status,
        headers={"content-type": "application/json", "x-request-id": "req-1"} | (headers or {}),
        content=json.dumps(body),
    )
