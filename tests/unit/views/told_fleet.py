"""Lists and cards."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from bot.views import pods as pod_views
from pods.errors import ServerFault
from pods.fleet import Entry, Fleet
from pods.messages import Content
from pods.model import POD_VERBS, Gpu, GpuSample, Pod, PodStatus, Runtime, SshEndpoint, Verb
from pods.operations import OperationState
from tests.unit.views.samples import (
    ASKER,
    NOW,
    OWNER,
    TZ,
    ago,
    bare,
    fleet,
    networked,
    operation,
    owned,
    pod,
    stopped,
    unsaid,
)


def _fleet_of_six() -> tuple[Pod, ...]:
    four = pod(
        id="big777", name="pretrain", gpu=Gpu(id="NVIDIA H100 80GB HBM3", count=8), cost_per_hour=Decimal("21.52")
    )
    return (
        four,
        pod(),
        networked(locked=True),
        bare(cost_known=False),
        stopped(id="old888", name="old"),
        unsaid(status=PodStatus.EXITED),
    )


def _lists() -> Iterator[tuple[str, Content]]:
    pods = _fleet_of_six()
    facts = {"abc123": owned("abc123", ASKER), "net333": owned("net333", OWNER), "big777": owned("big777", None)}

    def listing(entries: tuple[Entry, ...], whole: Fleet, *filters: str) -> Content:
        return pod_views.listing(
            entries,
            facts=facts,
            fleet=whole,
            filters=filters,
            viewer=ASKER,
            now=NOW,
            tz=TZ,
        )

    six = fleet(*pods)
    yield "list", listing(six.entries, six)
    yield "list-filtered", listing(six.entries[1:2], six, "mine", "state=running")
    yield "list-none-match", listing((), six, "gpu=a40")
    yield "list-empty", listing((), fleet())
    yield "list-never", listing((), fleet(listed_at=None, failing_since=ago(minutes=9), version=0))
    down = fleet(
        *pods[:2], listed_at=ago(minutes=54), failing_since=ago(minutes=53), trouble=ServerFault.sentence_default
    )
    yield "list-outage", listing(down.entries, down)
    missing = six.entries[1].model_copy(update={"missing_since": ago(seconds=10)})
    yield "list-missing", listing((missing,), six)
    many = fleet(*(pod(id=f"pod{n:03}", name=f"worker-{n}") for n in range(60)))
    yield "list-sixty", listing(many.entries, many)


def _cards() -> Iterator[tuple[str, Content]]:
    ssh = SshEndpoint(host="1.2.3.4", port=22077, username="root", command="ssh root@1.2.3.4 -p 22077")

    def card(one: Pod, **changes: Any) -> Content:
        made: dict[str, Any] = {
            "facts": owned(one.id, OWNER),
            "holder": None,
            "fleet": fleet(one),
            "may": frozenset(POD_VERBS),
            **changes,
        }
        return pod_views.card(one, now=NOW, tz=TZ, **made)

    yield (
        "card-running",
        card(pod(ssh_direct=ssh, last_status_change="Rented by User: Mon Nov 23 2026 23:04:00 GMT+0000")),
    )
    yield "card-stopped", card(stopped(), facts=None)
    yield "card-network-volume", card(networked(locked=True))
    yield "card-nothing-mounted", card(bare(runtime=Runtime(gpus=(GpuSample(),))))
    yield "card-unsaid", card(unsaid(gpu=None, started_at=None, runtime=None, cloud=None, data_center=None, image=""))
    yield "card-zero-gpu", card(pod(gpu=Gpu(id="NVIDIA H100 80GB HBM3", count=0)))
    yield "card-held", card(pod(), holder=operation(Verb.STOP, state=OperationState.CONFIRMING))
    yield "card-viewer", card(pod(), may=frozenset())
    yield (
        "card-outage",
        card(pod(), fleet=fleet(pod(), failing_since=ago(minutes=20), trouble=ServerFault.sentence_default)),
    )
    unlisted = Pod(id="zzz999new", name="zzz999new", status=PodStatus.UNKNOWN, mounts_known=False)
    yield "card-unlisted", card(unlisted, fleet=fleet(pod()), facts=None)
    yield "cards-together", pod_views.together([card(pod()), card(networked())])
    yield "cards-too-many", pod_views.together([card(pod(id=f"pod{n:03}")) for n in range(30)])


KINDS: Final = (
    _lists,
    _cards,
)
