"""Starting, stopping, restarting, terminating: what RunPod accepts, when, and with which words it refuses."""

from __future__ import annotations

from decimal import Decimal
from http import HTTPStatus

from sim.runpod import lifecycle
from sim.runpod.calls import Operation
from sim.runpod.faults import Kind
from sim.runpod.state import LIVE, SimPod
from sim.runpod.wire import Refusal, bad_request, conflict, not_found
from sim.runpod.world import World

HOST_FULL = "There are not enough free GPUs on the host machine to start this pod."


def find(world: World, pod_id: str | None) -> SimPod:
    pod = world.pods.get(pod_id or "")
    if pod is None:
        raise not_found("pod not found")
    return pod


def act(world: World, pod: SimPod, action: str, operation: Operation) -> None:
    """Do what the caller asked, if the pod's status allows it."""
    refuse_cluster_member(pod)
    if action not in pod.actions:
        raise conflict(f"cannot {action} pod: action is not valid for status {pod.status.value}")
    if action == "start":
        start(world, pod, operation, gpu_count=pod.gpu_wanted)
    elif action == "stop":
        stop(world, pod)
    elif action == "restart":
        restart(world, pod)
    else:
        world.remove(pod)


def start(world: World, pod: SimPod, operation: Operation, *, gpu_count: int) -> None:
    """A stopped pod is bound to its host: it starts there, or not at all."""
    if world.faults.holds(Kind.HOST_FULL, operation):
        raise bad_request(HOST_FULL)
    require_balance(world, pod.price, operation, "resume this on-demand pod")
    if world.faults.holds(Kind.ZERO_GPU, operation):
        gpu_count = 0
    lifecycle.strike(pod, world.faults, operation)
    lifecycle.start(pod, world.at, world.settings, gpu_count=gpu_count)
    world.changed(pod)


def stop(world: World, pod: SimPod) -> None:
    """A second stop of a pod that is going down changes nothing."""
    refuse_locked(pod, "stopped")
    if pod.stopping:
        return
    lifecycle.stop(pod, world.at, world.settings)
    world.changed(pod)


def restart(world: World, pod: SimPod) -> None:
    refuse_locked(pod, "restarted")
    if pod.stopping:
        raise conflict("cannot restart pod: it is being stopped")
    lifecycle.restart(pod, world.at, world.settings)
    world.changed(pod)


def reset_container(world: World, pod: SimPod) -> None:
    """New container settings take hold at once: a live pod's container is made anew."""
    if pod.status in LIVE and not pod.stopping:
        lifecycle.restart(pod, world.at, world.settings)


def refuse_locked(pod: SimPod, deed: str) -> None:
    if pod.locked:
        raise conflict(f"pod is locked and cannot be {deed}; unlock it first")


def refuse_cluster_member(pod: SimPod) -> None:
    if pod.cluster is not None:
        raise conflict("pod belongs to a cluster and must be managed through /v2/clusters/{id}")


def require_balance(world: World, price: Decimal, operation: Operation, deed: str) -> None:
    """RunPod wants an hour's credit before it lets compute start."""
    balance = Decimal(0) if world.faults.holds(Kind.NO_BALANCE, operation) else world.balance
    if balance >= price and balance > 0:
        return
    need = max(price, Decimal("0.01"))
    detail = (
        f"Insufficient balance to {deed}. You need at least ${need:.2f} "
        f"(current: ${balance:.2f}, deficit: ${need - balance:.2f})."
    )
    raise Refusal(HTTPStatus.PAYMENT_REQUIRED, detail)
