"""The last look before a call: what is no longer wanted, or no longer certain, is not done."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pods.model import Gpu, PodStatus
from pods.recovery import guards
from pods.recovery.attempts import Attempt, Offer, Result, Why
from pods.recovery.guards import objection
from pods.recovery.look import Seen, Sight
from pods.recovery.orders import Deed, Order
from pods.recovery.record import Husk, Recovery, State
from pods.recovery.rules import Move
from tests.unit.recovery.samples import LOCAL, NOON, at, lost, recovery, rule

EXITED = lost(status=PodStatus.EXITED)
RUNS = lost()
NEW = lost(id="new456")
NO_GPU = lost(gpu=Gpu(id="NVIDIA H100 80GB HBM3", count=0))


def trying(move: Move, **changes: object) -> Recovery:
    pod_id = "xyz789" if move is Move.RESUME else None
    usual = Attempt(number=1, round=0, offer=Offer(move=move, price=Decimal(6)), at=NOON, pod_id=pod_id)
    return recovery(attempts=(usual.model_copy(update=changes),))


def about(plan: Recovery) -> str:
    return f"{plan.id}.1"


RESUME, CREATE = trying(Move.RESUME), trying(Move.SAME_GPU)
SPOT = trying(Move.RESUME, offer=Offer(move=Move.RESUME, price=Decimal(2), bid=Decimal(1)))
UNDO_START = trying(Move.RESUME, withdraw=Why.NO_GPU)
UNDO_CREATE = trying(Move.SAME_GPU, withdraw=Why.CAME_BACK, pod_id="new456")
WON = Attempt(
    number=1,
    round=0,
    offer=Offer(move=Move.SAME_GPU, price=Decimal(6)),
    at=NOON,
    pod_id="new456",
    result=Result.UP,
    up_at=at(60),
)
BACK = recovery(state=State.BACK, attempts=(WON,), husk=Husk.GOING, rule=rule(terminate_husk=True))

ROWS: list[tuple[str, Recovery, Deed, str | None, Seen, Seen, str | None]] = [
    ("start of a stopped pod", RESUME, Deed.START, "xyz789", EXITED, Sight.NONE, None),
    ("start of what runs", RESUME, Deed.START, "xyz789", RUNS, Sight.NONE, guards.NOT_CERTAIN),
    ("start of what is gone", RESUME, Deed.START, "xyz789", Sight.ABSENT, Sight.NONE, guards.NOT_CERTAIN),
    ("start after the try was called off", UNDO_START, Deed.START, "xyz789", EXITED, Sight.NONE, guards.MOVED_ON),
    ("start of another pod", RESUME, Deed.START, "abc123", EXITED, Sight.NONE, guards.MOVED_ON),
    (
        "start for a higher bid",
        SPOT,
        Deed.START,
        "xyz789",
        EXITED.model_copy(update={"bid_to_resume": Decimal("1.1")}),
        Sight.NONE,
        guards.OUTBID,
    ),
    (
        "start for the bid",
        SPOT,
        Deed.START,
        "xyz789",
        EXITED.model_copy(update={"bid_to_resume": Decimal(1)}),
        Sight.NONE,
        None,
    ),
    ("create while it is stopped", CREATE, Deed.CREATE, None, EXITED, Sight.NONE, None),
    ("create while it runs", CREATE, Deed.CREATE, None, RUNS, Sight.NONE, guards.RUNS_AGAIN),
    ("create while it is not seen, once", CREATE, Deed.CREATE, None, Sight.ABSENT, Sight.NONE, guards.NOT_CERTAIN),
    (
        "create once it is gone",
        CREATE.model_copy(update={"gone": True}),
        Deed.CREATE,
        None,
        Sight.ABSENT,
        Sight.NONE,
        None,
    ),
    (
        "create in a state nobody knows",
        CREATE,
        Deed.CREATE,
        None,
        lost(status=PodStatus.UNKNOWN),
        Sight.NONE,
        guards.NOT_CERTAIN,
    ),
    (
        "create after stop trying",
        CREATE.model_copy(update={"stop_by": "U1"}),
        Deed.CREATE,
        None,
        EXITED,
        Sight.NONE,
        guards.MOVED_ON,
    ),
    ("stop of what has no GPU", UNDO_START, Deed.STOP, "xyz789", NO_GPU, Sight.NONE, None),
    ("stop of what has its GPU after all", UNDO_START, Deed.STOP, "xyz789", RUNS, Sight.NONE, guards.RUNS_AGAIN),
    ("stop of what is wanted", RESUME, Deed.STOP, "xyz789", NO_GPU, Sight.NONE, guards.MOVED_ON),
    ("terminate of our own copy", UNDO_CREATE, Deed.TERMINATE, "new456", RUNS, NEW, None),
    ("terminate of the lost pod", UNDO_CREATE, Deed.TERMINATE, "xyz789", RUNS, NEW, guards.NOT_OURS),
    ("terminate of a wanted copy", CREATE, Deed.TERMINATE, "new456", EXITED, NEW, guards.MOVED_ON),
    ("removal once the new one runs", BACK, Deed.CLEAR, "xyz789", EXITED, NEW, None),
    ("removal before the new one runs", BACK, Deed.CLEAR, "xyz789", EXITED, EXITED, guards.STILL_NEEDED),
    ("removal while the new one is not seen", BACK, Deed.CLEAR, "xyz789", EXITED, Sight.ABSENT, guards.STILL_NEEDED),
    ("removal of what runs", BACK, Deed.CLEAR, "xyz789", RUNS, NEW, guards.STILL_NEEDED),
    (
        "removal of a disk of its own",
        BACK,
        Deed.CLEAR,
        "xyz789",
        EXITED.model_copy(update={"persistent": LOCAL}),
        NEW,
        guards.STILL_NEEDED,
    ),
    (
        "removal where the rule keeps it",
        BACK.model_copy(update={"rule": rule()}),
        Deed.CLEAR,
        "xyz789",
        EXITED,
        NEW,
        guards.MOVED_ON,
    ),
]


@pytest.mark.parametrize(("name", "plan", "deed", "pod", "old", "new", "no"), ROWS, ids=[row[0] for row in ROWS])
def test_a_call_is_made_only_while_it_is_wanted_and_safe(  # noqa: PLR0917 - a row of the table
    name: str, plan: Recovery, deed: Deed, pod: str | None, old: Seen, new: Seen, no: str | None
) -> None:
    subject = plan.id if deed is Deed.CLEAR else about(plan)
    assert objection(plan, Order(deed=deed, subject=subject, pod_id=pod), old, new) == no


@pytest.mark.parametrize("deed", Deed)
def test_without_its_record_or_for_an_older_try_nothing_is_called(deed: Deed) -> None:
    order = Order(deed=deed, subject="other.7", pod_id="xyz789")
    for plan in (None, RESUME, CREATE, UNDO_START, UNDO_CREATE, BACK):
        assert objection(plan, order, EXITED, NEW) == guards.MOVED_ON
