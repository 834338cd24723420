"""Creates: asked, on their way, made and coming up, not to be had; and what is offered instead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from bot.views import creating, doubled, elsewhere, gates
from pods.arrivals import Arrival, Phase, Step
from pods.candidates import Alternative
from pods.gates import GateKind
from pods.messages import Content
from pods.model import Cloud, CpuRequest, Gpu, GpuRequest, NetworkMount, PersistentMount, Pod, PodStatus, Verb
from pods.operations import Code, Operation, OperationState
from pods.orders import Candidate, CreateOrder, Tried
from pods.policy import Role
from pods.presets import Preset
from pods.sealing import EnvVar
from tests.unit.views.samples import ASKER, NOW, OWNER, TZ, ago, ended, gate, operation, pod, request, told

S = OperationState
H100 = Candidate(gpu=GpuRequest(id="NVIDIA H100 80GB HBM3", count=2), price=Decimal("6.58"))
A100 = Candidate(
    gpu=GpuRequest(id="NVIDIA A100 80GB PCIe", count=2),
    cloud=Cloud.COMMUNITY,
    data_centers=("EU-RO-1",),
    price=Decimal("2.38"),
)
SPOT = Candidate(gpu=GpuRequest(id="NVIDIA A40"), price=Decimal("0.44"), bid=Decimal("0.30"))
CPU = Candidate(cpu=CpuRequest(id="cpu5c", vcpu_count=8), price=Decimal("0.32"))
NAME = "nlp-train-op00000001"


def order(*candidates: Candidate, **changes: Any) -> CreateOrder:
    made: dict[str, Any] = {
        "name": "nlp-train",
        "preset": "train",
        "candidates": candidates or (H100, A100),
        "image": "runpod/pytorch:1.0",
        "disk_gb": 50,
        "ports": ("8888/http", "22/tcp"),
        "env": (EnvVar(name="WANDB_API_KEY", reference="{{ RUNPOD_SECRET_WANDB }}"),),
        "network": NetworkMount(volume_id="vol7k2", path="/workspace"),
        "owner": ASKER,
    }
    return CreateOrder(**{**made, **changes})


def create(state: S = S.ACCEPTED, **changes: Any) -> Operation:
    made: dict[str, Any] = {"pod_id": "", "pod_name": "nlp-train", "order": order(), "state": state}
    return operation(Verb.CREATE, **{**made, **changes})


def new(**changes: Any) -> Pod:
    return pod(**{"name": NAME, "gpu": Gpu(id="NVIDIA H100 80GB HBM3", count=2), **changes})


def arrival(phase: Phase, line: str = "", **changes: Any) -> Arrival:
    steps = (Step(phase=Phase.PLACED, at=ago(seconds=9)), Step(phase=phase, at=NOW))
    made: dict[str, Any] = {"since": ago(seconds=9), "phase": phase, "phase_at": NOW, "steps": steps, "line": line}
    return Arrival(**{**made, "awaited": ("Jupyter",), **changes})


def created(came: Arrival, **changes: Any) -> Content:
    shown = changes.pop("seen", new())
    made: dict[str, Any] = {"pod_id": shown.id, "pod_name": shown.name, "order": order(), "seen": shown}
    return told(ended(Verb.CREATE, Code.DONE, **{**made, "arrival": came, **changes}))


def asked(wanted: CreateOrder) -> Content:
    confirm = gate(GateKind.CONFIRM)
    of = request(Verb.CREATE, gates=(confirm,))
    held = create(S.WAITING, order=wanted, pod_name=wanted.name)
    return gates.confirm(of, (held,), (), confirm, facts={}, now=NOW, tz=TZ)


def questions() -> Iterator[tuple[str, Content]]:
    yield "create-asked", asked(order(training=True, lease_s=12 * 3600))
    yield "create-asked-cpu", asked(order(CPU, network=None))
    yield "create-asked-spot", asked(order(SPOT, network=None, persistent=PersistentMount(size_gb=50, path="/w")))
    copy = order(A100, network=None, persistent=PersistentMount(size_gb=50, path="/w"), copy_of="abc123", image=None)
    yield "create-asked-copy", asked(copy)


def refusals() -> Iterator[tuple[str, Content]]:
    vip = Preset(name="vip", image="i:1", gpus=("h100",), role=Role.ADMIN)
    few = Preset(name="few", image="i:1", gpus=("h100",), users=(OWNER,))
    yield "create-no-presets", creating.which_preset(None, (), ())
    yield "create-which", creating.which_preset(None, ("train", "notebook"), ())
    yield "create-no-such", creating.which_preset("trian", ("train", "notebook"), ("train",))
    yield "create-not-your-role", creating.not_your_preset(vip, Role.OPERATOR)
    yield "create-not-yours", creating.not_your_preset(few, Role.OPERATOR)


def under_way() -> Iterator[tuple[str, Content]]:
    tried = (Tried(candidate=0, sentence="RunPod has no free machine for this right now."),)
    waits: dict[str, Any] = {
        "keep_until": NOW + timedelta(hours=12),
        "rounds": 3,
        "next_at": NOW + timedelta(minutes=2),
    }
    yield "create-queued", told(create())
    yield "create-next-candidate", told(create(S.RUNNING, candidate=1, tried=tried))
    yield "create-calling", told(create(S.CALLING, calls=1, called_at=NOW))
    yield "create-unclear", told(create(S.CONFIRMING, unclear=1, trouble="RunPod's API did not answer in time."))
    yield "create-waits", told(create(S.RUNNING, **waits))
    yield "start-waits", told(operation(Verb.START, state=S.RUNNING, seen=pod(status=PodStatus.EXITED), **waits))


def coming_up() -> Iterator[tuple[str, Content]]:
    failed = "error pulling image: Error response from daemon: manifest for runpod/pytorch:1.0 not found"
    for phase, line in (
        (Phase.PLACED, ""),
        (Phase.PULLING, "still fetching image runpod/pytorch:1.0"),
        (Phase.STARTED, "start container: begin"),
        (Phase.IMAGE_FAILED, failed),
        (Phase.CRASHED, "ModuleNotFoundError: No module named 'train'"),
        (Phase.SILENT, "listening on 127.0.0.1:8888"),
    ):
        yield f"create-{phase.value}", created(arrival(phase, line))
    for phase in (Phase.STOPPED, Phase.GONE):
        yield f"create-{phase.value}", created(arrival(phase, ended_at=NOW), seen=new(status=PodStatus.EXITED))
    ready = arrival(Phase.READY, answering=("Jupyter", "TensorBoard"), ended_at=NOW)
    yield "create-ready", created(ready)
    yield "create-ready-dearer", created(ready, seen=new(cost_per_hour=Decimal("7.10")))
    yield "create-ready-copy", created(ready, order=order(copy_of="def456"))
    yield "create-never-ready", created(arrival(Phase.STARTED, ended_at=NOW))
    yield "create-corrected", created(ready, corrected=True)


def not_made() -> Iterator[tuple[str, Content]]:
    tried = (Tried(candidate=0, sentence="no"), Tried(candidate=1, sentence="no"))
    free = "RunPod has no free machine for this right now."
    bare: dict[str, Any] = {"pod_id": "", "pod_name": "nlp-train", "order": order()}
    yield "create-no-capacity", told(ended(Verb.CREATE, Code.NO_CAPACITY, sentence=free, tried=tried, **bare))
    yield "create-refused", told(ended(Verb.CREATE, Code.REFUSED, sentence="The RunPod balance is too low.", **bare))
    yield "create-unknown", told(ended(Verb.CREATE, Code.NOT_CONFIRMED, unclear=4, **bare))
    yield "create-declined", told(ended(Verb.CREATE, Code.DECLINED, **bare))
    yield "create-given-up", told(ended(Verb.CREATE, Code.GIVEN_UP, sentence=OWNER, rounds=3, **bare))


def offers() -> Iterator[tuple[str, Content]]:
    offered = (
        Alternative(candidate=A100, name="A100 PCIe", memory_gb=80, dearer_by=Decimal("-4.20"), stock="HIGH"),
        Alternative(candidate=H100, name="H100 SXM", memory_gb=80, dearer_by=Decimal(0), stock="LOW"),
    )
    local, networked = pod(status=PodStatus.EXITED), pod(persistent=None, network=order().network)
    seen: dict[str, Any] = {"read_at": ago(minutes=4), "now": NOW, "tz": TZ}
    start = operation(Verb.START)
    yield "elsewhere-create", elsewhere.instead_of_create(create(), offered, **seen)
    yield "elsewhere-create-nothing", elsewhere.instead_of_create(create(), (), **seen)
    yield "elsewhere-empty-copy", elsewhere.instead_of_start(start, local, offered, **seen)
    yield "elsewhere-with-data", elsewhere.instead_of_start(start, networked, offered, **seen)
    yield "elsewhere-immovable", elsewhere.immovable(pod(mounts_known=False))
    yield "elsewhere-others", elsewhere.others(pod(), OWNER)


def doubles() -> Iterator[tuple[str, Content]]:
    made = ended(Verb.CREATE, Code.DONE, pod_id="abc123", order=order(), seen=new(stamp="op00000001"))
    twin = new(id="twin22", stamp="op00000001")
    ending = operation(Verb.TERMINATE, seen=twin, by="rule:made-twice")
    done = ended(Verb.TERMINATE, Code.DONE, seen=twin, by="rule:made-twice")
    yield "doubled-left-alone", doubled.double(made, twin, None, twin_id="twin22")
    yield "doubled-ending", doubled.double(made, twin, ending, twin_id="twin22")
    yield "doubled-ended", doubled.double(made, twin, done, twin_id="twin22")


KINDS: Final = (questions, refusals, under_way, coming_up, not_made, offers, doubles)
