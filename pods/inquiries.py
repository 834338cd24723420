"""Inquiries: reads that only RunPod can answer, such as a log. Asked with the ack, answered privately by a job.

Each is answered once, whatever happens to the worker: the sweep finds what was asked and not answered.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pods.messages import Content
from pods.model import Record
from pods.requests import Place
from pods.times import Instant

#: What was printed in a pod is not kept for longer than it takes to tell it.
KEPT_FOR: Final = timedelta(hours=1)
#: Nobody waits longer for a log: after this the answer says that there is none.
GIVEN_UP_AFTER: Final = timedelta(minutes=10)


class Kind(StrEnum):
    CONNECT = "connect"
    LOGS = "logs"


class Inquiry(Record):
    id: str
    kind: Kind
    pod_id: str
    pod_name: str
    user: str
    place: Place
    #: The thread its reader is in, for the private answer.
    thread_ts: str | None = None
    asked_at: Instant
    #: Of a log: container or system, so many lines, since when.
    source: str = ""
    tail: int = 0
    since: Instant | None = None
    #: The answer, once there is one.
    answer: Content | None = None

    @property
    def message_key(self) -> str:
        return f"{self.id}.reply"

    def overdue(self, now: datetime) -> bool:
        return self.answer is None and now >= self.asked_at + GIVEN_UP_AFTER


def answered(inquiry: Inquiry | None, answer: Content) -> Inquiry | None:
    """The first answer stands; one that was forgotten meanwhile gets none."""
    if inquiry is None or inquiry.answer is not None:
        return inquiry
    return inquiry.model_copy(update={"answer": answer})
