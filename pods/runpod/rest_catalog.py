"""RunPod's REST v2: what can be rented, and the account's network volumes and templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from pods.model import Cloud, GpuType
from pods.offers import CpuType, DataCenter, NetworkVolume, Template
from pods.ports import Capability
from pods.runpod.catalog_wire import WireCpuType, WireDataCenter, WireGpuType, WireNetworkVolume, WireTemplate
from pods.runpod.errors import unreadable
from pods.runpod.json_body import read_json
from pods.runpod.lenient import readable
from pods.runpod.transport import Call, Sender

T = TypeVar("T")

#: RunPod takes `include` only together with `product`.
_STOCK: Final = {"include": "AVAILABILITY", "product": "POD"}


class RestCatalog:
    """An entry that cannot be read is left out: the catalog is for choosing from."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def gpu_types(self, *, count: int, cloud: Cloud) -> tuple[GpuType, ...]:
        params = {**_STOCK, "count": count, "cloud": cloud.value}
        return self._listed(
            "/catalog/gpus", "gpus", lambda entry: WireGpuType.model_validate(entry).value(cloud), params
        )

    def cpu_types(self) -> tuple[CpuType, ...]:
        return self._listed("/catalog/cpus", "cpus", lambda entry: WireCpuType.model_validate(entry).value(), _STOCK)

    def data_centers(self) -> tuple[DataCenter, ...]:
        return self._listed(
            "/catalog/datacenters", "dataCenters", lambda entry: WireDataCenter.model_validate(entry).value()
        )

    def network_volumes(self) -> tuple[NetworkVolume, ...]:
        return self._listed(
            "/network-volumes", "networkVolumes", lambda entry: WireNetworkVolume.model_validate(entry).value()
        )

    def templates(self) -> tuple[Template, ...]:
        return self._listed("/templates", "templates", lambda entry: WireTemplate.model_validate(entry).value())

    def _listed(
        self, path: str, name: str, read: Callable[[object], T], params: Mapping[str, str | int] | None = None
    ) -> tuple[T, ...]:
        answer = self._sender.send(Call(purpose=Capability.CATALOG, path=path, params=params or {}))
        parsed = read_json(answer.body)
        listed = parsed.get(name) if isinstance(parsed, dict) else None
        if not isinstance(listed, list):
            raise unreadable(answer, f"no list of {name}")
        return tuple(readable(listed, read))
