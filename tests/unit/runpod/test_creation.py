"""What is sent to create a pod: exactly what was asked for, and nothing that RunPod would refuse."""

from __future__ import annotations

from typing import Any

import pytest

from pods.errors import InvalidRequest, NeedsRest
from pods.model import Cloud, CpuRequest, GpuRequest, NetworkMount, PersistentMount, PodSpec
from pods.runpod.creation import graphql_input, rest_body

A40 = GpuRequest(id="NVIDIA A40")
VOLUME = PersistentMount(size_gb=50, path="/workspace")
NETWORK = NetworkMount(volume_id="vol1", path="/data")
FULL = PodSpec(
    name="train-abcdefghij",
    image="runpod/pytorch:1",
    template_id="tpl1",
    args="python train.py",
    disk_gb=40,
    ports=("8888/http", "22/tcp"),
    env={"PODKEEPER_OP": "abcdefghij", "A": 'say "hi"'},
    gpu=GpuRequest(id="NVIDIA A40", count=2),
    cloud=Cloud.COMMUNITY,
    data_centers=("US-KS-2",),
    persistent=VOLUME,
    start_ssh=True,
    start_jupyter=True,
)


def spec(**changes: Any) -> PodSpec:
    return PodSpec.model_validate({"name": "n", "image": "i", "gpu": A40} | changes)


def test_the_smallest_gpu_pod_names_its_count_all_the_same() -> None:
    assert rest_body(spec()) == {
        "name": "n",
        "image": "i",
        "cloud": "SECURE",
        "gpu": {"id": "NVIDIA A40", "count": 1},
    }


def test_everything_asked_for_is_sent_to_rest() -> None:
    assert rest_body(FULL) == {
        "name": "train-abcdefghij",
        "image": "runpod/pytorch:1",
        "templateId": "tpl1",
        "args": "python train.py",
        "disk": 40,
        "ports": ["8888/http", "22/tcp"],
        "env": {"PODKEEPER_OP": "abcdefghij", "A": 'say "hi"'},
        "gpu": {"id": "NVIDIA A40", "count": 2},
        "cloud": "COMMUNITY",
        "dataCenterIds": ["US-KS-2"],
        "mounts": {"persistent": {"size": 50, "path": "/workspace"}},
        "startSsh": True,
        "startJupyter": True,
    }


def test_a_network_volume_and_a_cpu_are_sent_to_rest() -> None:
    body = rest_body(spec(gpu=None, cpu=CpuRequest(id="cpu5c", vcpu_count=4), network=NETWORK))

    assert body["mounts"] == {"network": [{"volumeId": "vol1", "path": "/data"}]}
    assert body["cpu"] == {"id": "cpu5c", "vcpuCount": 4}
    assert "gpu" not in body


def test_everything_asked_for_is_sent_to_graphql() -> None:
    assert graphql_input(FULL) == {
        "name": "train-abcdefghij",
        "imageName": "runpod/pytorch:1",
        "templateId": "tpl1",
        "dockerArgs": "python train.py",
        "containerDiskInGb": 40,
        "ports": "8888/http,22/tcp",
        "env": [{"key": "PODKEEPER_OP", "value": "abcdefghij"}, {"key": "A", "value": 'say "hi"'}],
        "gpuTypeId": "NVIDIA A40",
        "gpuCount": 2,
        "cloudType": "COMMUNITY",
        "dataCenterId": "US-KS-2",
        "volumeInGb": 50,
        "volumeMountPath": "/workspace",
        "startSsh": True,
        "startJupyter": True,
    }


def test_graphql_gets_docker_args_even_when_there_are_none() -> None:
    assert graphql_input(spec())["dockerArgs"] == ""


def test_a_network_volume_on_graphql_comes_with_no_volume_disk() -> None:
    order = graphql_input(spec(network=NETWORK))

    assert (order["networkVolumeId"], order["volumeMountPath"], order["volumeInGb"]) == ("vol1", "/data", 0)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": " "}, "a name"),
        ({"gpu": None}, "either a GPU or a CPU"),
        ({"cpu": CpuRequest(id="cpu5c", vcpu_count=4)}, "either a GPU or a CPU"),
        ({"image": None}, "an image or a template"),
        ({"gpu": GpuRequest(id="NVIDIA A40", count=0)}, "at least one GPU"),
        ({"gpu": None, "cpu": CpuRequest(id="cpu5c", vcpu_count=3)}, "2, 4, 8"),
        ({"gpu": None, "cpu": CpuRequest(id="cpu5c", vcpu_count=1)}, "2, 4, 8"),
        ({"gpu": None, "cpu": CpuRequest(id="cpu5c", vcpu_count=4), "persistent": VOLUME}, "cannot have a volume disk"),
        ({"disk_gb": 0}, "at least 1 GB"),
        ({"persistent": VOLUME, "network": NETWORK}, "exclude each other"),
        ({"persistent": PersistentMount(size_gb=9, path="/w")}, "at least 10 GB"),
    ],
)
def test_what_runpod_would_refuse_is_refused_before_it_is_sent(changes: dict[str, Any], told: str) -> None:
    for build in (rest_body, graphql_input):
        with pytest.raises(InvalidRequest) as caught:
            build(spec(**changes))
        assert told in caught.value.sentence


@pytest.mark.parametrize(
    "changes", [{"gpu": None, "cpu": CpuRequest(id="cpu5c", vcpu_count=4)}, {"data_centers": ("US-KS-2", "EU-RO-1")}]
)
def test_what_graphql_cannot_create_needs_rest(changes: dict[str, Any]) -> None:
    with pytest.raises(NeedsRest):
        graphql_input(spec(**changes))
