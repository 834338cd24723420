"""The maintenance windows of hosts as GraphQL sends them. What cannot be read is left out: it is no window."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field, ValidationError

from pods.model import Maintenance
from pods.runpod.lenient import Maybe, Text, Time, WireModel


class WireWindow(WireModel):
    starts_at: Time = Field(default=None, alias="maintenanceStart")
    ends_at: Time = Field(default=None, alias="maintenanceEnd")
    note: Maybe[Text] = Field(default=None, alias="maintenanceNote")


class WireHosted(WireModel):
    id: str
    machine: Maybe[WireWindow] = None


def maintenances_of(pods: Iterable[object]) -> tuple[Maintenance, ...]:
    found = (_window(each) for each in pods)
    return tuple(each for each in found if each is not None)


def _window(entry: object) -> Maintenance | None:
    try:
        hosted = WireHosted.model_validate(entry)
    except ValidationError:
        return None
    machine = hosted.machine
    if machine is None or machine.starts_at is None:
        return None
    return Maintenance(pod_id=hosted.id, starts_at=machine.starts_at, ends_at=machine.ends_at, note=machine.note or "")
