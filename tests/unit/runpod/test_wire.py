"""What RunPod sends, however little of it, becomes a pod; and what is missing stays missing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pods.model import (
    Api,
    Cloud,
    Gpu,
    GpuSample,
    NetworkMount,
    PersistentMount,
    Pod,
    PodStatus,
    Runtime,
    RuntimePort,
    Verb,
)
from pods.runpod import graphql_wire
from pods.runpod.catalog_wire import WireGpuType
from pods.runpod.json_body import read_json
from pods.runpod.wire import WirePod
from tests.unit.runpod.canned import graphql_pod, rest_pod


def parsed(pod: dict[str, Any]) -> Pod:
    return WirePod.model_validate(read_json(json.dumps(pod).encode())).value()


def parsed_graphql(pod: dict[str, Any]) -> Pod:
    return graphql_wire.WirePod.model_validate(read_json(json.dumps(pod).encode())).value()


def test_a_whole_pod_is_read_whole() -> None:
    pod = parsed(rest_pod())

    assert (pod.id, pod.name, pod.status, pod.api) == ("abc123", "nlp-train", PodStatus.RUNNING, Api.REST)
    assert pod.actions == (Verb.STOP, Verb.RESTART, Verb.TERMINATE)
    assert pod.gpu == Gpu(id="NVIDIA H100 80GB HBM3", count=2)
    assert pod.persistent == PersistentMount(size_gb=20, path="/workspace")
    assert pod.mounts_known
    assert pod.cloud is Cloud.SECURE
    assert pod.ssh_proxy
    assert pod.ssh_proxy.username == "abc123-64"
    assert pod.ssh_direct is None
    assert pod.started_at == datetime(2026, 6, 1, 12, 2, tzinfo=UTC)
    assert pod.runtime == Runtime(
        uptime_s=3600,
        gpus=(GpuSample(util=94, memory_util=78), GpuSample(util=0)),
        cpu_util=3,
        memory_util=41,
        ports=(RuntimePort(private=22, public=34446, type="tcp", ip="195.26.233.3"),),
    )


def test_env_keeps_names_and_our_stamp_and_no_value() -> None:
    pod = parsed(rest_pod())

    assert pod.env_names == ("WANDB_API_KEY", "PODKEEPER_OP")
    assert pod.stamp == "abcdefghij"
    assert "SECRET" not in repr(pod) + pod.model_dump_json()
    assert "SECRET" not in repr(WirePod.model_validate(rest_pod()))


def test_money_keeps_its_digits() -> None:
    assert parsed(rest_pod(cost=0.1)).cost_per_hour == Decimal("0.1")


@pytest.mark.parametrize("cost", [None, "free", True, []])
def test_a_cost_that_is_not_said_is_unknown_and_not_nothing(cost: object) -> None:
    assert not parsed(rest_pod(cost=cost)).cost_known
    assert parsed(rest_pod(cost=0)).cost_known


def test_an_unknown_status_is_unknown_and_unknown_actions_are_dropped() -> None:
    pod = parsed(rest_pod(status="HIBERNATING", actions=["stop", "hibernate"]))

    assert pod.status is PodStatus.UNKNOWN
    assert pod.actions == (Verb.STOP,)


@pytest.mark.parametrize(
    ("runtime", "expected"),
    [
        (None, None),
        ({}, Runtime()),
        ({"uptime": 5}, Runtime(uptime_s=5)),
        ({"gpus": []}, Runtime(gpus=())),
        ({"gpus": [{}, "odd"]}, Runtime(gpus=(GpuSample(), GpuSample()))),
        ({"gpus": [{"util": 94.4}]}, Runtime(gpus=(GpuSample(util=94),))),
        ({"gpus": [{"util": -1, "memoryUtil": 400}], "cpu": {}}, Runtime(gpus=(GpuSample(),))),
        ({"uptime": "long", "cpu": 3, "gpus": 4, "ports": [{"public": 1}]}, Runtime()),
    ],
)
def test_a_figure_that_is_missing_is_never_zero(runtime: object, expected: Runtime | None) -> None:
    assert parsed(rest_pod(runtime=runtime)).runtime == expected


@pytest.mark.parametrize(
    ("mounts", "known", "network"),
    [
        ({}, True, None),
        ({"network": [{"volumeId": "v1", "path": "/data"}]}, True, NetworkMount(volume_id="v1", path="/data")),
        (None, False, None),
        ({"persistent": {"size": 20}}, False, None),
        ({"network": "v1"}, False, None),
    ],
)
def test_mounts_that_cannot_be_read_are_not_known(mounts: object, known: bool, network: NetworkMount | None) -> None:
    pod = parsed(rest_pod(mounts=mounts))

    assert pod.mounts_known is known
    assert pod.network == network


def test_a_cluster_member_names_its_cluster() -> None:
    assert parsed(rest_pod(cluster={"id": "cl1", "rank": None})).cluster_id == "cl1"


def test_a_pod_started_without_gpus_has_none() -> None:
    assert parsed(rest_pod(gpu={"id": "A40", "count": 0})).gpu == Gpu(id="A40", count=0)


NEEDED = {"id", "status"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


@given(st.sets(st.sampled_from(sorted(rest_pod().keys() - NEEDED))))
def test_any_optional_member_may_be_missing(left_out: set[str]) -> None:
    pod = parsed({name: value for name, value in rest_pod().items() if name not in left_out})

    assert pod.id == "abc123"
    assert pod.cost_known is ("cost" not in left_out)
    assert pod.mounts_known is ("mounts" not in left_out)


@given(st.dictionaries(st.sampled_from(sorted(rest_pod().keys() - NEEDED)), JSON))
def test_any_optional_member_may_be_nonsense(nonsense: dict[str, Any]) -> None:
    assert parsed(rest_pod(**nonsense)).id == "abc123"


NEEDED_GRAPHQL = {"id", "desiredStatus"}


@given(st.sets(st.sampled_from(sorted(graphql_pod().keys() - NEEDED_GRAPHQL))))
def test_any_optional_graphql_member_may_be_missing(left_out: set[str]) -> None:
    assert parsed_graphql({k: v for k, v in graphql_pod().items() if k not in left_out}).id == "abc123"


@given(st.dictionaries(st.sampled_from(sorted(graphql_pod().keys() - NEEDED_GRAPHQL)), JSON))
def test_any_optional_graphql_member_may_be_nonsense(nonsense: dict[str, Any]) -> None:
    assert parsed_graphql(graphql_pod(**nonsense)).id == "abc123"


@pytest.mark.parametrize("missing", sorted(NEEDED))
def test_a_pod_without_id_or_status_is_none_and_the_error_quotes_nothing(missing: str) -> None:
    pod = rest_pod()
    del pod[missing]

    with pytest.raises(ValidationError) as caught:
        parsed(pod)

    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    ("desired", "runtime", "status", "actions"),
    [
        ("RUNNING", {"uptimeInSeconds": 1}, PodStatus.RUNNING, (Verb.STOP, Verb.TERMINATE)),
        ("RUNNING", None, PodStatus.STARTING, (Verb.STOP, Verb.TERMINATE)),
        ("EXITED", None, PodStatus.EXITED, (Verb.START, Verb.TERMINATE)),
        ("EXITED", {"uptimeInSeconds": 1}, PodStatus.EXITED, (Verb.START, Verb.TERMINATE)),
        ("TERMINATED", None, PodStatus.TERMINATED, ()),
        ("CREATED", None, PodStatus.UNKNOWN, ()),
        ("PENDING", None, PodStatus.UNKNOWN, ()),
    ],
)
def test_graphql_says_what_is_wanted_and_the_runtime_what_is(
    desired: str, runtime: object, status: PodStatus, actions: tuple[Verb, ...]
) -> None:
    pod = parsed_graphql(graphql_pod(desiredStatus=desired, runtime=runtime))

    assert pod.status is status
    assert pod.actions == actions
    assert pod.api is Api.GRAPHQL


def test_a_stopped_graphql_pod_keeps_its_runtime_because_its_end_confirms_the_stop() -> None:
    pod = parsed_graphql(graphql_pod(desiredStatus="EXITED"))

    assert pod.runtime is not None
    assert pod.cost_per_hour == 0
    assert pod.cost_known


def test_a_graphql_pod_is_read_whole() -> None:
    pod = parsed_graphql(graphql_pod())

    assert pod.ports == ("8888/http", "22/tcp")
    assert pod.env_names == ("WANDB_API_KEY", "PODKEEPER_OP", "FLAG")
    assert pod.stamp == "abcdefghij"
    assert pod.persistent == PersistentMount(size_gb=20, path="/workspace")
    assert pod.network is None
    assert pod.cost_per_hour == Decimal("2.69")
    assert pod.gpu == Gpu(id="NVIDIA H100 80GB HBM3", count=2)
    assert pod.ssh_proxy
    assert pod.ssh_proxy.command == "ssh abc123-64410065@ssh.runpod.io"
    assert pod.ssh_direct
    assert pod.ssh_direct.command == "ssh root@195.26.233.3 -p 34446"
    assert pod.last_status_change
    assert pod.last_status_change.startswith("Rented by User")
    assert "SECRET" not in repr(pod)


def test_a_graphql_network_volume_is_a_network_mount() -> None:
    pod = parsed_graphql(graphql_pod(volumeInGb=0, networkVolumeId="vol1", volumeMountPath="/data"))

    assert pod.persistent is None
    assert pod.network == NetworkMount(volume_id="vol1", path="/data")


def test_a_graphql_pod_on_a_full_host_has_no_gpu_and_a_cpu_pod_is_none_of_it() -> None:
    assert parsed_graphql(graphql_pod(gpuCount=0)).gpu == Gpu(id="NVIDIA H100 80GB HBM3", count=0)
    cpu_pod = parsed_graphql(graphql_pod(gpuCount=0, machine={}))
    assert cpu_pod.gpu is None
    assert cpu_pod.cpu
    assert cpu_pod.cpu.vcpu_count == 16


def test_a_cloud_that_does_not_offer_a_gpu_has_no_price_for_it() -> None:
    gpu = WireGpuType.model_validate(
        {
            "id": "NVIDIA L4",
            "name": "L4",
            "memory": 24,
            "secure": True,
            "community": False,
            "price": {"secure": Decimal("0.49"), "community": Decimal("0.5")},
            "availability": "LOW",
            "dataCenters": [{"id": "US-KS-2", "availability": "LOW"}, {"id": "EU-RO-1", "availability": "NONE"}],
        }
    ).value()

    assert gpu.price_secure == Decimal("0.49")
    assert gpu.price_community is None
    assert gpu.data_centers == ("US-KS-2",)
