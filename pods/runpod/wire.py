"""REST v2's pods as sent, and what the domain makes of them."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from pods.model import (
    Api,
    Cloud,
    Cpu,
    Gpu,
    GpuSample,
    NetworkMount,
    PersistentMount,
    Pod,
    PodStatus,
    Runtime,
    RuntimePort,
    SshEndpoint,
)
from pods.runpod.lenient import Env, EnvNames, Maybe, Money, Percent, Text, Texts, Time, Whole, WireModel, actions_of


class WireGpu(WireModel):
    id: Text
    count: Whole = None

    def value(self) -> Gpu:
        # RunPod's own default where it leaves the count out. A pod started without GPUs says 0.
        return Gpu(id=self.id, count=1 if self.count is None else self.count)


class WireCpu(WireModel):
    id: Text
    vcpu_count: int = Field(alias="vcpuCount")
    memory: Whole = None

    def value(self) -> Cpu:
        return Cpu(id=self.id, vcpu_count=self.vcpu_count, memory_gb=self.memory)


class WirePersistent(WireModel):
    size: int
    path: Text


class WireNetwork(WireModel):
    volume_id: Text = Field(alias="volumeId")
    path: Text


class WireMounts(WireModel):
    """Read strictly: a mount that cannot be read must make all of them unknown, not absent."""

    persistent: WirePersistent | None = None
    network: tuple[WireNetwork, ...] | None = None


class WireSshEndpoint(WireModel):
    host: Text
    port: int
    username: Text
    command: Text

    def value(self) -> SshEndpoint:
        return SshEndpoint(host=self.host, port=self.port, username=self.username, command=self.command)


class WireSsh(WireModel):
    proxy: Maybe[WireSshEndpoint] = None
    direct: Maybe[WireSshEndpoint] = None


class WireUtilization(WireModel):
    util: Percent = None


class WireGpuSample(WireModel):
    util: Percent = None
    memory_util: Percent = Field(default=None, alias="memoryUtil")


class WirePort(WireModel):
    private: int
    public: Whole = None
    type: Maybe[str] = None
    ip: Maybe[str] = None


class WireRuntime(WireModel):
    uptime: Whole = None
    #: An entry that cannot be read stays as one that said nothing, so the count is kept.
    gpus: Maybe[tuple[Maybe[WireGpuSample], ...]] = None
    cpu: Maybe[WireUtilization] = None
    memory: Maybe[WireUtilization] = None
    ports: Maybe[tuple[Maybe[WirePort], ...]] = None

    def value(self) -> Runtime:
        return Runtime(
            uptime_s=self.uptime,
            gpus=None if self.gpus is None else tuple(_sample(gpu) for gpu in self.gpus),
            cpu_util=self.cpu.util if self.cpu else None,
            memory_util=self.memory.util if self.memory else None,
            ports=tuple(
                RuntimePort(private=port.private, public=port.public, type=port.type or "", ip=port.ip)
                for port in self.ports or ()
                if port is not None
            ),
        )


def _sample(gpu: WireGpuSample | None) -> GpuSample:
    return GpuSample(util=gpu.util, memory_util=gpu.memory_util) if gpu else GpuSample()


class WireCluster(WireModel):
    id: Text


class WirePod(WireModel):
    """Only the id and the status must be there."""

    id: Text = Field(min_length=1)
    status: Text = Field(min_length=1)
    name: Maybe[Text] = None
    actions: Texts = ()
    image: Maybe[Text] = None
    args: Maybe[Text] = None
    disk: Whole = None
    mounts: Maybe[WireMounts] = None
    ports: Texts = ()
    env: EnvNames = Env()
    gpu: Maybe[WireGpu] = None
    cpu: Maybe[WireCpu] = None
    cloud: Maybe[Cloud] = None
    data_center: Maybe[Text] = Field(default=None, alias="dataCenterId")
    cost: Money = None
    locked: Maybe[bool] = None
    ssh: Maybe[WireSsh] = None
    runtime: Maybe[WireRuntime] = None
    created_at: Time = Field(default=None, alias="createdAt")
    started_at: Time = Field(default=None, alias="startedAt")
    cluster: Maybe[WireCluster] = None

    def value(self) -> Pod:
        persistent = self.mounts.persistent if self.mounts else None
        network = self.mounts.network[0] if self.mounts and self.mounts.network else None
        return Pod(
            id=self.id,
            name=self.name or "",
            status=status_of(self.status),
            actions=actions_of(self.actions),
            api=Api.REST,
            image=self.image or "",
            args=self.args or "",
            disk_gb=self.disk,
            persistent=PersistentMount(size_gb=persistent.size, path=persistent.path) if persistent else None,
            network=NetworkMount(volume_id=network.volume_id, path=network.path) if network else None,
            mounts_known=self.mounts is not None,
            ports=self.ports,
            env_names=self.env.names,
            stamp=self.env.stamp,
            gpu=self.gpu.value() if self.gpu else None,
            cpu=self.cpu.value() if self.cpu else None,
            cloud=self.cloud,
            data_center=self.data_center,
            cost_per_hour=self.cost or Decimal(0),
            cost_known=self.cost is not None,
            locked=bool(self.locked),
            ssh_proxy=self.ssh.proxy.value() if self.ssh and self.ssh.proxy else None,
            ssh_direct=self.ssh.direct.value() if self.ssh and self.ssh.direct else None,
            runtime=self.runtime.value() if self.runtime else None,
            created_at=self.created_at,
            started_at=self.started_at,
            cluster_id=self.cluster.id if self.cluster else None,
        )


def status_of(word: str) -> PodStatus:
    try:
        return PodStatus(word)
    except ValueError:
        return PodStatus.UNKNOWN
