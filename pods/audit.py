"""The audit record: who did what, where, when, with what result. Never holds a secret or a payload."""

from __future__ import annotations

from enum import StrEnum

from pods.model import Value
from pods.times import Instant


class Event(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    ASKED = "asked"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    EXPIRED = "expired"
    CALLED = "called"
    ENDED = "ended"
    CORRECTED = "corrected"
    OWNER = "owner"
    #: A keep, snooze, lease, release or schedule was said.
    HELD = "held"
    #: A way in or a log was given out.
    READ = "read"
    FOREIGN = "foreign"
    #: Somebody said something that is kept: that a pod trains, what the balance is.
    MARKED = "marked"
    #: Somebody took an incident, or said that it was them.
    INCIDENT = "incident"


class AuditEntry(Value):
    v: int = 1
    at: Instant
    event: Event
    #: A user id, "rule:<name>", or "worker".
    by: str
    team: str = ""
    channel: str = ""
    command: str = ""
    request_id: str = ""
    operation_id: str = ""
    pod_id: str = ""
    result: str = ""
    detail: str = ""
    #: RunPod's x-request-id of the call concerned.
    runpod_request: str = ""
