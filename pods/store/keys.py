"""Every Redis key Podkeeper uses, built in one place. Prefix `pk:1:{account}:`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keys:
    account: str

    def _key(self, *parts: str) -> str:
        return ":".join(("pk", "1", self.account, *parts))

    def request(self, request_id: str) -> str:
        return self._key("req", request_id)

    def operation(self, operation_id: str) -> str:
        return self._key("op", operation_id)

    def attempt(self, operation_id: str) -> str:
        """The fencing number of the operation: raised by whoever takes it."""
        return self._key("op", operation_id, "attempt")

    def lease(self, operation_id: str) -> str:
        """Held while a worker is inside a step; its value is the attempt."""
        return self._key("op", operation_id, "lease")

    def busy(self, pod_id: str) -> str:
        """The one changing operation of a pod."""
        return self._key("pod", pod_id, "op")

    def intent(self, digest: str) -> str:
        """Person, command and pods, for ten seconds: what already runs for them."""
        return self._key("intent", digest)

    def message(self, key: str) -> str:
        return self._key("msg", key)

    def wanted(self, key: str) -> str:
        """Counts the changes of a message worth telling."""
        return self._key("msg", key, "wanted")

    def message_lease(self, key: str) -> str:
        return self._key("msg", key, "lease")

    def paced(self, channel: str) -> str:
        """Set while a channel must not be posted to."""
        return self._key("paced", channel)

    def woken(self, job: str, subject: str) -> str:
        """Set for a moment after a job was enqueued, so that one wake-up is enough."""
        return self._key("woken", job, subject)

    @property
    def due(self) -> str:
        """Operations by the time they must be looked at (domain milliseconds)."""
        return self._key("due")

    @property
    def open(self) -> str:
        """Operations that have not ended. Each must stand in `due`; the sweep sees to it."""
        return self._key("open")

    @property
    def gates(self) -> str:
        """Waiting requests by the time their gate expires."""
        return self._key("gates")

    @property
    def outbox(self) -> str:
        """Message keys by the time they may be sent."""
        return self._key("outbox")

    @property
    def fleet(self) -> str:
        return self._key("fleet")

    @property
    def fleet_version(self) -> str:
        return self._key("fleet", "version")

    @property
    def changes(self) -> str:
        """Stream: what changed in the fleet, written with the snapshot that shows it."""
        return self._key("fleet", "changes")

    def samples(self, pod_id: str) -> str:
        """List: one row per poll, for hours."""
        return self._key("pod", pod_id, "samples")

    def peaks(self, pod_id: str) -> str:
        """List: one row per five minutes, for days."""
        return self._key("pod", pod_id, "peaks")

    @property
    def polls(self) -> str:
        """The times of the polls whose samples are kept."""
        return self._key("samples", "polls")

    @property
    def poured(self) -> str:
        """The start of the last five minutes that were summed up."""
        return self._key("samples", "poured")

    @property
    def verdicts(self) -> str:
        """Hash: running pod -> what was concluded of it last."""
        return self._key("verdicts")

    @property
    def judged(self) -> str:
        """When the verdicts were last written."""
        return self._key("verdicts", "at")

    @property
    def open_spells(self) -> str:
        """Set: the pods whose spell of idleness is not over."""
        return self._key("spells", "open")

    @property
    def reporting(self) -> str:
        """How utilisation came in at the last poll, and since when there is a watch at all."""
        return self._key("watch")

    @property
    def facts(self) -> str:
        """Hash: pod id -> what we know of it that RunPod does not."""
        return self._key("facts")

    @property
    def ledger_watching(self) -> str:
        """What the ledger watches, and the hours of it that are not closed."""
        return self._key("ledger", "watching")

    @property
    def ledger_watching_version(self) -> str:
        return self._key("ledger", "watching", "version")

    def ledger_day(self, day: str) -> str:
        """Hash: a pod or network volume -> its closed hours of this day, in UTC."""
        return self._key("ledger", "day", day)

    def ledger_day_version(self, day: str) -> str:
        return self._key("ledger", "day", day, "version")

    @property
    def ledger_days(self) -> str:
        """The days of which the books know something, in UTC."""
        return self._key("ledger", "days")

    @property
    def audit(self) -> str:
        return self._key("audit")

    @property
    def policy(self) -> str:
        return self._key("policy")

    @property
    def roles(self) -> str:
        return self._key("roles")

    @property
    def leader(self) -> str:
        return self._key("clock", "leader")

    @property
    def leader_fence(self) -> str:
        return self._key("clock", "fence")

    @property
    def periods(self) -> str:
        """Hash: schedule -> the last period that was started."""
        return self._key("clock", "periods")

    @property
    def health(self) -> str:
        """Hash: what each part last said of itself."""
        return self._key("health")

    @property
    def counters(self) -> str:
        return self._key("counters")

    def person(self, user: str) -> str:
        """Their time zone."""
        return self._key("person", user)

    def person_name(self, user: str) -> str:
        return self._key("person", user, "name")

    def record(self, kind: str, record_id: str) -> str:
        return self._key(kind, record_id)

    def records(self, kind: str) -> str:
        """Set: the ids of one kind's records."""
        return self._key("ids", kind)

    def agenda(self, job: str) -> str:
        """Records by the time this job must look at them (domain milliseconds)."""
        return self._key("agenda", job)

    def pod_operations(self, pod_id: str) -> str:
        """Operation ids of one pod by the time they were asked for (domain milliseconds)."""
        return self._key("pod", pod_id, "ops")
