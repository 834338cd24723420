"""What a pod was made of, read so that the same can be made again. The one place where env values are read back."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, ValidationError

from pods.model import Cloud, CpuRequest, GpuRequest, NetworkMount, PersistentMount, PodSpec
from pods.runpod.answers import Answer
from pods.runpod.errors import unreadable
from pods.runpod.json_body import read_json
from pods.runpod.lenient import Maybe, Text, Whole, WireModel, fields_wrong
from pods.runpod.wire import WireCpu, WireGpu, WireMounts

_VOLUME_PATH: Final = "/workspace"


def _values(value: object) -> object:
    """REST sends an object, GraphQL a list of "NAME=value"."""
    if isinstance(value, dict):
        return {name: text for name, text in value.items() if isinstance(text, str)}
    if isinstance(value, list):
        pairs = (item.partition("=") for item in value if isinstance(item, str))
        return {name: text for name, _, text in pairs}
    return {}


def _ports(value: object) -> object:
    if isinstance(value, str):
        return tuple(part for part in map(str.strip, value.split(",")) if part)
    return value if isinstance(value, list | tuple) else ()


_EnvValues = Annotated[dict[str, str], BeforeValidator(_values)]
_Ports = Annotated[tuple[str, ...], BeforeValidator(_ports)]


class _RestPod(WireModel):
    """Read strictly where a wrong reading would make another pod: mounts that cannot be read are an error."""

    name: Text
    image: Text = Field(min_length=1)
    args: Maybe[Text] = None
    disk: Whole = None
    mounts: WireMounts
    ports: _Ports = ()
    env: _EnvValues = Field(default_factory=dict, repr=False)
    gpu: Maybe[WireGpu] = None
    cpu: Maybe[WireCpu] = None
    cloud: Maybe[Cloud] = None
    registry: Maybe[Text] = None
    data_center: Maybe[Text] = Field(default=None, alias="dataCenterId")

    def value(self) -> PodSpec:
        kept, network = self.mounts.persistent, self.mounts.network
        return PodSpec(
            name=self.name,
            image=self.image,
            args=self.args or None,
            disk_gb=self.disk,
            ports=self.ports,
            env=self.env,
            registry=self.registry,
            # A pod left without its GPUs was made with at least one.
            gpu=GpuRequest(id=self.gpu.id, count=max(1, self.gpu.count or 1)) if self.gpu else None,
            cpu=CpuRequest(id=self.cpu.id, vcpu_count=self.cpu.vcpu_count) if self.cpu else None,
            cloud=self.cloud or Cloud.SECURE,
            data_centers=(self.data_center,) if self.data_center else (),
            persistent=PersistentMount(size_gb=kept.size, path=kept.path) if kept else None,
            network=NetworkMount(volume_id=network[0].volume_id, path=network[0].path) if network else None,
        )


class _GraphqlMachine(WireModel):
    gpu_type_id: Maybe[Text] = Field(default=None, alias="gpuTypeId")
    data_center: Maybe[Text] = Field(default=None, alias="dataCenterId")
    secure: Maybe[bool] = Field(default=None, alias="secureCloud")


class _GraphqlPod(WireModel):
    name: Text
    image: Text = Field(alias="imageName", min_length=1)
    args: Maybe[Text] = Field(default=None, alias="dockerArgs")
    disk: Whole = Field(default=None, alias="containerDiskInGb")
    volume: int = Field(alias="volumeInGb")
    volume_path: Maybe[Text] = Field(default=None, alias="volumeMountPath")
    network_volume: Maybe[Text] = Field(default=None, alias="networkVolumeId")
    ports: _Ports = ()
    env: _EnvValues = Field(default_factory=dict, repr=False)
    registry: Maybe[Text] = Field(default=None, alias="containerRegistryAuthId")
    gpu_count: Whole = Field(default=None, alias="gpuCount")
    machine: Maybe[_GraphqlMachine] = None

    def value(self) -> PodSpec:
        machine = self.machine or _GraphqlMachine()
        path = self.volume_path or _VOLUME_PATH
        local = self.volume and not self.network_volume
        return PodSpec(
            name=self.name,
            image=self.image,
            args=self.args or None,
            disk_gb=self.disk,
            ports=self.ports,
            env=self.env,
            registry=self.registry,
            gpu=GpuRequest(id=machine.gpu_type_id, count=max(1, self.gpu_count or 1)) if machine.gpu_type_id else None,
            cloud=Cloud.COMMUNITY if machine.secure is False else Cloud.SECURE,
            data_centers=(machine.data_center,) if machine.data_center else (),
            persistent=PersistentMount(size_gb=self.volume, path=path) if local else None,
            network=NetworkMount(volume_id=self.network_volume, path=path) if self.network_volume else None,
        )


def rest_spec(answer: Answer) -> PodSpec:
    return _read(_RestPod, answer, read_json(answer.body))


def graphql_spec(answer: Answer, entry: Any) -> PodSpec:  # noqa: ANN401 - the wire
    return _read(_GraphqlPod, answer, entry)


def _read(model: type[_RestPod | _GraphqlPod], answer: Answer, entry: Any) -> PodSpec:  # noqa: ANN401 - the wire
    try:
        return model.model_validate(entry).value()
    except ValidationError as error:
        wrong = unreadable(answer, f"no pod to copy: {fields_wrong(error)}")
    raise wrong
