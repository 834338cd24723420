"""GraphQL's pods and account as sent, and what the domain makes of them. GraphQL says what is wanted, not what is."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from pods.model import (
    Account,
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
    Verb,
)
from pods.runpod.lenient import Env, EnvNames, Maybe, Money, Percent, Text, Time, Whole, WireModel

SSH_PROXY_HOST: Final = "ssh.runpod.io"
SSH_PORT: Final = 22
#: RunPod's words for a pod that a higher bid may take away.
_SPOT: Final = frozenset({"INTERRUPTABLE", "BID"})
_VOLUME_PATH: Final = "/workspace"

#: GraphQL has no restart, so none is offered.
_ACTIONS: Final = {
    PodStatus.STARTING: (Verb.STOP, Verb.TERMINATE),
    PodStatus.RUNNING: (Verb.STOP, Verb.TERMINATE),
    PodStatus.EXITED: (Verb.START, Verb.TERMINATE),
}


def _split(value: object) -> object:
    return tuple(part for part in map(str.strip, value.split(",")) if part) if isinstance(value, str) else ()


class WireMachine(WireModel):
    pod_host_id: Maybe[Text] = Field(default=None, alias="podHostId")
    gpu_type_id: Maybe[Text] = Field(default=None, alias="gpuTypeId")
    data_center: Maybe[Text] = Field(default=None, alias="dataCenterId")
    secure: Maybe[bool] = Field(default=None, alias="secureCloud")


class WireContainer(WireModel):
    cpu: Percent = Field(default=None, alias="cpuPercent")
    memory: Percent = Field(default=None, alias="memoryPercent")


class WireGpuSample(WireModel):
    util: Percent = Field(default=None, alias="gpuUtilPercent")
    memory_util: Percent = Field(default=None, alias="memoryUtilPercent")


class WirePort(WireModel):
    private: int = Field(alias="privatePort")
    public: Whole = Field(default=None, alias="publicPort")
    ip: Maybe[Text] = None
    is_public: Maybe[bool] = Field(default=None, alias="isIpPublic")
    type: Maybe[Text] = None


class WireRuntime(WireModel):
    uptime: Whole = Field(default=None, alias="uptimeInSeconds")
    container: Maybe[WireContainer] = None
    gpus: Maybe[tuple[Maybe[WireGpuSample], ...]] = None
    ports: Maybe[tuple[Maybe[WirePort], ...]] = None

    def value(self) -> Runtime:
        gpus = None
        if self.gpus is not None:
            gpus = tuple(GpuSample(util=g.util, memory_util=g.memory_util) if g else GpuSample() for g in self.gpus)
        return Runtime(
            uptime_s=self.uptime,
            gpus=gpus,
            cpu_util=self.container.cpu if self.container else None,
            memory_util=self.container.memory if self.container else None,
            ports=tuple(
                RuntimePort(private=port.private, public=port.public, type=port.type or "", ip=port.ip)
                for port in self.ports or ()
                if port is not None
            ),
        )


class WirePod(WireModel):
    """Only the id and the desired status must be there."""

    id: Text = Field(min_length=1)
    desired: Text = Field(alias="desiredStatus", min_length=1)
    name: Maybe[Text] = None
    last_status_change: Maybe[Text] = Field(default=None, alias="lastStatusChange")
    started_at: Time = Field(default=None, alias="lastStartedAt")
    created_at: Time = Field(default=None, alias="createdAt")
    image: Maybe[Text] = Field(default=None, alias="imageName")
    args: Maybe[Text] = Field(default=None, alias="dockerArgs")
    env: EnvNames = Env()
    ports: Annotated[tuple[str, ...], BeforeValidator(_split)] = ()
    locked: Maybe[bool] = None
    gpu_count: Whole = Field(default=None, alias="gpuCount")
    vcpu_count: Whole = Field(default=None, alias="vcpuCount")
    memory: Whole = Field(default=None, alias="memoryInGb")
    disk: Whole = Field(default=None, alias="containerDiskInGb")
    volume: Whole = Field(default=None, alias="volumeInGb")
    volume_path: Maybe[Text] = Field(default=None, alias="volumeMountPath")
    network_volume: Maybe[Text] = Field(default=None, alias="networkVolumeId")
    cost: Money = Field(default=None, alias="costPerHr")
    adjusted_cost: Money = Field(default=None, alias="adjustedCostPerHr")
    pod_type: Maybe[Text] = Field(default=None, alias="podType")
    bid_to_resume: Money = Field(default=None, alias="lowestBidPriceToResume")
    machine: Maybe[WireMachine] = None
    runtime: Maybe[WireRuntime] = None

    def value(self) -> Pod:
        status = self._status()
        machine = self.machine or WireMachine()
        cost = self._cost(status)
        path = self.volume_path or _VOLUME_PATH
        return Pod(
            id=self.id,
            name=self.name or "",
            status=status,
            actions=_ACTIONS.get(status, ()),
            api=Api.GRAPHQL,
            image=self.image or "",
            args=self.args or "",
            disk_gb=self.disk,
            persistent=PersistentMount(size_gb=self.volume, path=path) if self.volume else None,
            network=NetworkMount(volume_id=self.network_volume, path=path) if self.network_volume else None,
            mounts_known=self.volume is not None or bool(self.network_volume),
            ports=self.ports,
            env_names=self.env.names,
            stamp=self.env.stamp,
            gpu=self._gpu(machine),
            cpu=self._cpu(machine),
            cloud=_cloud(machine),
            data_center=machine.data_center,
            cost_per_hour=cost or Decimal(0),
            cost_known=cost is not None,
            locked=bool(self.locked),
            spot=self.pod_type in _SPOT,
            bid_to_resume=self.bid_to_resume or None,
            ssh_proxy=_ssh_proxy(machine),
            ssh_direct=self._ssh_direct(),
            # Kept even when EXITED: that it goes away is how a stop is confirmed.
            runtime=self.runtime.value() if self.runtime else None,
            created_at=self.created_at,
            started_at=self.started_at,
            last_status_change=self.last_status_change,
        )

    def _status(self) -> PodStatus:
        """A pod still pulling its image reads RUNNING already; only its runtime tells."""
        if self.desired == "RUNNING":
            return PodStatus.RUNNING if self.runtime else PodStatus.STARTING
        return {"EXITED": PodStatus.EXITED, "TERMINATED": PodStatus.TERMINATED}.get(self.desired, PodStatus.UNKNOWN)

    def _cost(self, status: PodStatus) -> Decimal | None:
        """The price is named for stopped pods too, which are not charged it."""
        if status in {PodStatus.EXITED, PodStatus.TERMINATED}:
            return Decimal(0)
        return self.adjusted_cost or self.cost

    def _gpu(self, machine: WireMachine) -> Gpu | None:
        """A count of 0 on a GPU machine is a pod whose host was full; on another machine it is a CPU pod."""
        if self.gpu_count is None or not (self.gpu_count or machine.gpu_type_id):
            return None
        return Gpu(id=machine.gpu_type_id or "", count=self.gpu_count)

    def _cpu(self, machine: WireMachine) -> Cpu | None:
        if self.machine is None or self.gpu_count or machine.gpu_type_id or self.vcpu_count is None:
            return None
        return Cpu(id="", vcpu_count=self.vcpu_count, memory_gb=self.memory)

    def _ssh_direct(self) -> SshEndpoint | None:
        ports = self.runtime.ports if self.runtime else None
        for port in ports or ():
            if port and port.private == SSH_PORT and port.is_public and port.ip and port.public:
                command = f"ssh root@{port.ip} -p {port.public}"
                return SshEndpoint(host=port.ip, port=port.public, username="root", command=command)
        return None


def _cloud(machine: WireMachine) -> Cloud | None:
    if machine.secure is None:
        return None
    return Cloud.SECURE if machine.secure else Cloud.COMMUNITY


def _ssh_proxy(machine: WireMachine) -> SshEndpoint | None:
    user = machine.pod_host_id
    if not user:
        return None
    return SshEndpoint(host=SSH_PROXY_HOST, port=SSH_PORT, username=user, command=f"ssh {user}@{SSH_PROXY_HOST}")


class WireAccount(WireModel):
    email: Maybe[Text] = None
    balance: Money = Field(default=None, alias="clientBalance")
    spend: Money = Field(default=None, alias="currentSpendPerHr")
    limit: Money = Field(default=None, alias="spendLimit")

    def value(self) -> Account:
        return Account(email=self.email, balance=self.balance, spend_per_hour=self.spend, spend_limit=self.limit)
