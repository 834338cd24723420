"""The simulated account as it stands: it moves with the clock, charges for time and obeys changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from sim.clock import SimClock
from sim.runpod import lifecycle
from sim.runpod.faults import Faults
from sim.runpod.money import Amounts, Ledger, pod_rates, runs_out_at, volume_rates
from sim.runpod.proxy import Service
from sim.runpod.seeds import Seed
from sim.runpod.state import LIVE, Settings, SimPod, SimTemplate, SimVolume, Status

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


class World:
    """One RunPod account. Not safe for threads by itself: whoever holds it holds the simulator's lock."""

    def __init__(self, clock: SimClock, seed: Seed, settings: Settings, faults: Faults) -> None:
        self.clock = clock
        self.settings = settings
        self.faults = faults
        #: The time up to which everything has happened.
        self.at: datetime = clock.now()
        self.email = seed.email
        self.balance: Decimal = seed.balance
        self.spend_limit: Decimal = seed.spend_limit
        self.ssh_keys: list[str] = list(seed.ssh_keys)
        self.pods: dict[str, SimPod] = {}
        self.gone: dict[str, SimPod] = {}
        self.volumes: dict[str, SimVolume] = {}
        self.templates: dict[str, SimTemplate] = {template.id: template for template in seed.templates()}
        #: What listens on a pod's port, where it was set.
        self.services: dict[tuple[str, int], Service] = {}
        self.ledger = Ledger()
        #: Grows with every change that somebody asked for; the clock's own transitions do not count.
        self.changes = 0
        self._made = 0
        for volume, since in seed.volumes(self.at):
            self.volumes[volume.id] = volume
            self.ledger.note(volume_owner(volume.id), since, volume_rates(volume))
        for pod in seed.pods(self.at):
            self.pods[pod.id] = pod
            self._bill_history(pod)

    def settle(self) -> datetime:
        """Let everything that was due happen, in its order, and charge up to now."""
        now = self.clock.now()
        while (due := self._next_due(now)) is not None:
            at, pod = due
            self._charge_to(at)
            if pod is None:
                self._run_dry(at)
            else:
                self._move_on(pod, at)
        self._charge_to(now)
        return self.at

    @property
    def burn(self) -> Decimal:
        return self.ledger.burn

    def changed(self, pod: SimPod) -> None:
        """Somebody changed this pod just now: bill it anew from here."""
        self.changes += 1
        self._bill(pod, self.at)

    def add(self, pod: SimPod) -> None:
        self.pods[pod.id] = pod
        self.changed(pod)

    def remove(self, pod: SimPod, at: datetime | None = None) -> None:
        """Terminate: the pod is gone from every answer, and only its bills remain."""
        self.changes += 1
        self._bury(pod, at or self.at)

    def add_volume(self, volume: SimVolume) -> None:
        self.volumes[volume.id] = volume
        self.reprice_volume(volume)

    def reprice_volume(self, volume: SimVolume) -> None:
        self.changes += 1
        self.ledger.note(volume_owner(volume.id), self.at, volume_rates(volume))

    def remove_volume(self, volume: SimVolume) -> None:
        self.changes += 1
        del self.volumes[volume.id]
        self.ledger.close(volume_owner(volume.id), self.at)

    def new_id(self, length: int = 14) -> str:
        """An id as RunPod makes them; the same run makes the same ids."""
        self._made += 1
        number = int.from_bytes(hashlib.sha256(f"id-{self._made}".encode()).digest())
        return "".join(_ALPHABET[number // 36**place % 36] for place in range(length))

    def _next_due(self, now: datetime) -> tuple[datetime, SimPod | None] | None:
        due: list[tuple[datetime, SimPod | None]] = [
            (at, pod) for pod in self.pods.values() for at in _deadlines(pod) if at <= now
        ]
        dry = runs_out_at(self.balance, self.burn, self.at)
        if dry is not None and dry <= now:
            due.append((dry, None))
        return min(due, key=lambda entry: entry[0], default=None)

    def _move_on(self, pod: SimPod, at: datetime) -> None:
        if pod.terminate_after is not None and pod.terminate_after <= at:
            self._bury(pod, at)
            return
        if pod.stop_after is not None and pod.stop_after <= at:
            pod.stop_after = None
            if pod.status in LIVE:
                lifecycle.halt(pod, at, lifecycle.exited_by_user(at))
        elif pod.due_at is not None:
            lifecycle.move_on(pod, self.settings)
        self._bill(pod, at)

    def _run_dry(self, at: datetime) -> None:
        """At zero RunPod stops what is on a network volume and terminates the rest, data and all."""
        self.balance = min(self.balance, Decimal(0))
        for pod in tuple(self.pods.values()):
            if pod.network is None:
                self._bury(pod, at)
            elif pod.status in LIVE:
                lifecycle.halt(pod, at, lifecycle.exited_by_runpod(at))
                self._bill(pod, at)

    def _charge_to(self, at: datetime) -> None:
        if at <= self.at:
            return
        self.balance -= Amounts(disk=self.burn).over(self.at, at).total
        self.at = at

    def _bury(self, pod: SimPod, at: datetime) -> None:
        pod.status = Status.TERMINATED
        pod.due_at = None
        self.gone[pod.id] = self.pods.pop(pod.id)
        self.ledger.close(pod_owner(pod.id), at)

    def _bill(self, pod: SimPod, at: datetime) -> None:
        self.ledger.note(pod_owner(pod.id), at, pod_rates(pod))

    def _bill_history(self, pod: SimPod) -> None:
        """A seeded pod has run since it was made, until it was stopped."""
        if pod.ended_at is None:
            self._bill(pod, pod.created_at)
            return
        status, pod.status = pod.status, Status.RUNNING
        self._bill(pod, pod.created_at)
        pod.status = status
        self._bill(pod, pod.ended_at)


def pod_owner(pod_id: str) -> str:
    return f"pod/{pod_id}"


def volume_owner(volume_id: str) -> str:
    return f"volume/{volume_id}"


def _deadlines(pod: SimPod) -> Iterator[datetime]:
    for at in (pod.due_at, pod.stop_after, pod.terminate_after):
        if at is not None:
            yield at
