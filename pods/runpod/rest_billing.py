"""RunPod's REST v2: what was billed for pods and network volumes, hour by hour.

An answer that cannot be read whole is an error: a record left out would look like an hour that cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from pydantic import AwareDatetime, Field, ValidationError

from pods.ledger.bill import Bill, BillRecord
from pods.ledger.sightings import SubjectKind
from pods.ports import Capability, Clock
from pods.runpod.answers import Answer
from pods.runpod.errors import unreadable
from pods.runpod.json_body import read_json
from pods.runpod.lenient import Text, WireModel, fields_wrong
from pods.runpod.transport import Call, Sender

#: A day of a thousand pods is some five megabytes.
READ_S: Final = 30.0


class WirePodBill(WireModel):
    """Every amount must be there: what is not said was not free."""

    start: AwareDatetime = Field(alias="startTime")
    end: AwareDatetime = Field(alias="endTime")
    id: Text = Field(alias="podId", min_length=1)
    gpu: Decimal = Field(alias="gpuAmount", allow_inf_nan=False)
    cpu: Decimal = Field(alias="cpuAmount", allow_inf_nan=False)
    disk: Decimal = Field(alias="diskAmount", allow_inf_nan=False)

    def value(self) -> BillRecord:
        return BillRecord(id=self.id, start=self.start, end=self.end, compute=self.gpu + self.cpu, storage=self.disk)


class WireVolumeBill(WireModel):
    start: AwareDatetime = Field(alias="startTime")
    end: AwareDatetime = Field(alias="endTime")
    id: Text = Field(alias="networkVolumeId", min_length=1)
    total: Decimal = Field(alias="totalAmount", allow_inf_nan=False)

    def value(self) -> BillRecord:
        return BillRecord(id=self.id, start=self.start, end=self.end, storage=self.total)


_ROADS: Final[dict[SubjectKind, tuple[str, Callable[[object], BillRecord]]]] = {
    SubjectKind.POD: ("/billing/pods", lambda entry: WirePodBill.model_validate(entry).value()),
    SubjectKind.VOLUME: ("/billing/network-volumes", lambda entry: WireVolumeBill.model_validate(entry).value()),
}


def bill(sender: Sender, clock: Clock, kind: SubjectKind, start: datetime, end: datetime) -> Bill:
    """By hour buckets, complete for [start, end), which are whole hours."""
    path, read = _ROADS[kind]
    asked_at = clock.now()
    params = {"bucketSize": "hour", "startTime": _stamp(start), "endTime": _stamp(end)}
    answer = sender.send(Call(purpose=Capability.BILLING, path=path, params=params, read_s=READ_S))
    parsed = read_json(answer.body)
    listed = parsed.get("records") if isinstance(parsed, dict) else None
    if not isinstance(listed, list):
        raise unreadable(answer, "no list of billing records")
    records = tuple(_record(answer, place, entry, read) for place, entry in enumerate(listed))
    return Bill(kind=kind, start=start, end=end, asked_at=asked_at, records=records)


def _record(answer: Answer, place: int, entry: Any, read: Callable[[object], BillRecord]) -> BillRecord:  # noqa: ANN401 - the wire
    try:
        return read(entry)
    except ValidationError as error:
        wrong = unreadable(answer, f"billing record {place}: {fields_wrong(error)}")
    raise wrong


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
