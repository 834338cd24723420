"""RunPod's REST v2: what can be rented, and the account's network volumes and templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final, TypeVar
from urllib.parse import quote

from pydantic import ValidationError

from pods.errors import VolumeNotFound
from pods.model import Cloud, GpuType
from pods.offers import CpuType, DataCenter, NetworkVolume, Template
from pods.ports import ActionResult, Capability
from pods.runpod.catalog_wire import WireCpuType, WireDataCenter, WireGpuType, WireNetworkVolume, WireTemplate
from pods.runpod.errors import unreadable
from pods.runpod.json_body import read_json
from pods.runpod.lenient import fields_wrong, readable
from pods.runpod.transport import Call, Sender

T = TypeVar("T")

_VOLUME_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
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

    def network_volume(self, volume_id: str) -> NetworkVolume:
        answer = self._sender.send(Call(purpose=Capability.VOLUME, path=_volume_path(volume_id)))
        try:
            return WireNetworkVolume.model_validate(read_json(answer.body)).value()
        except ValidationError as error:
            wrong = unreadable(answer, f"no network volume: {fields_wrong(error)}")
        raise wrong

    def delete_volume(self, volume_id: str) -> ActionResult:
        call = Call(purpose=Capability.DELETE_VOLUME, path=_volume_path(volume_id), method="DELETE", reads=False)
        answer = self._sender.send(call)
        if answer.status != HTTPStatus.NO_CONTENT:
            # Only 204 says that RunPod took it. Whoever asked must read again.
            raise unreadable(answer, "a delete is answered with 204")
        return ActionResult(request_id=answer.request_id)

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


def _volume_path(volume_id: str) -> str:
    """An id comes from a person's typing: only what can be one is put into a path."""
    if not _VOLUME_ID.fullmatch(volume_id):
        raise VolumeNotFound("not in the form of a volume id; nothing was sent")
    return f"/network-volumes/{quote(volume_id, safe='')}"
