"""Prices, budgets and approvals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from bot.views import acks, approvals, budgets, gates, prices, savings, sweep, volumes
from pods.approvals import Appeal, Hindrance, Priced, sentence
from pods.budgets import ApprovalRule, Budget, BudgetRule, Notice, Reason, Ruling, Verdict
from pods.forecast import Quote
from pods.gates import Gate, GateKind, GateState
from pods.ledger.amounts import Amounts
from pods.ledger.rates import published
from pods.ledger.sightings import SubjectKind
from pods.ledger.sweep import Kept, Sweep, SweepLine
from pods.ledger.totals import Total
from pods.messages import Content
from pods.model import Cloud, GpuType, Pod, Verb
from pods.offers import NetworkVolume
from pods.operations import Code
from pods.policy import Role
from pods.quotes import start_quote, together
from pods.spending import Spending
from pods.sweep_rules import SweepRule
from pods.sweeps import LineStands, Standing
from pods.volume_deletions import DeletionState, VolumeDeletion
from tests.unit.views.samples import (
    ADMIN,
    ASKER,
    CHANNEL,
    NOW,
    OWNER,
    TZ,
    bare,
    ended,
    gate,
    networked,
    stopped,
    told,
    waiting,
)

OLD = stopped(id="old888", name="old")


def pot(spent: str | None, amount: str = "5000", /, **changes: Any) -> Budget:
    rule = BudgetRule.model_validate({"amount": amount, **changes})
    window = rule.window(NOW.astimezone(TZ).date(), TZ)
    usd = None if spent is None else Decimal(spent)
    return Budget(rule=rule, holder=rule.name, window=window, spent=usd, estimated=usd or Decimal(0))


def appeal(*prices_: str | None, reasons: tuple[Reason, ...] = (), pots: tuple[Budget, ...] = ()) -> Appeal:
    pods = (stopped(), OLD)[: len(prices_)]
    known = [None if each is None else Decimal(each) for each in prices_]
    quotes: tuple[Quote, ...] = tuple(
        start_quote(each, price, published(), NOW, TZ) for each, price in zip(pods, known, strict=True)
    )
    priced = tuple(Priced(pod_id=each.id, per_hour=price) for each, price in zip(pods, known, strict=True))
    return Appeal(at=NOW, priced=priced, quote=together(quotes), reasons=reasons, pots=pots)


DEAR = Reason(verdict=Verdict.REQUIRE_APPROVAL, per_hour=Decimal("12.40"), limit=Decimal(10))
FULL = pot("5120.40", then="require_approval")
SPENT = Reason(verdict=Verdict.REQUIRE_APPROVAL, budget=FULL)
OVER = pot("101", "100", scope="owner", name=ASKER, period="day", then="refuse")
REFUSES = Reason(verdict=Verdict.REFUSE, budget=OVER)
BLIND = Reason(verdict=Verdict.REFUSE, budget=pot(None, then="refuse"))


def asked(of: Appeal, *pods: Pod, also: tuple[Gate, ...] = ()) -> tuple[Any, Any]:
    approval = gate(GateKind.APPROVAL, *pods, who=(ADMIN, OWNER))
    made, held = waiting(Verb.START, *pods, gates=(*also, approval))
    return made.model_copy(update={"appeal": of}), held


def _approvals() -> Iterator[tuple[str, Content]]:
    one, two = appeal("12.40", reasons=(DEAR, SPENT), pots=(FULL,)), appeal("12.40", "0.40", reasons=(DEAR,))
    for name, of, pods in (
        ("one", one, (stopped(),)),
        ("several", two, (stopped(), OLD)),
        ("unknown-price", appeal(None, reasons=(DEAR.model_copy(update={"per_hour": None}),)), (stopped(),)),
    ):
        made, held = asked(of, *pods)
        yield f"approval-{name}", told(*held, of=made, pods=pods)
    made, held = asked(one, stopped())
    yield "approval-called-in-thread", approvals.nudge(made, made.gates[-1], now=NOW, tz=TZ)
    yield "ack-approvers-asked", acks.approvers_asked(Verb.START, [("nlp-train", "abc123")], made.gates[-1])
    yield "approval-not-yours-any-more", gates.may_not_approve(Role.ADMIN)
    passed = made.gates[-1].model_copy(update={"state": GateState.PASSED, "decided_by": ADMIN, "decided_at": NOW})
    done = ended(Verb.START, Code.DONE, seen=stopped().model_copy(update={"cost_per_hour": Decimal("12.60")}))
    yield "approved-and-dearer", told(done, of=made.model_copy(update={"gates": (passed,), "state": "accepted"}))
    for state in (GateState.DECLINED, GateState.EXPIRED):
        by = ADMIN if state is GateState.DECLINED else None
        over = made.gates[-1].model_copy(update={"state": state, "decided_by": by, "decided_at": NOW})
        code = Code.DECLINED if by else Code.EXPIRED
        of_ = made.model_copy(update={"gates": (over,), "state": state.value})
        yield f"approval-{state.value}", told(ended(Verb.START, code, seen=None, calls=0), of=of_)


def _before() -> Iterator[tuple[str, Content]]:
    both = appeal("12.40", "0.40", pots=(FULL, pot("12", "100", scope="owner", name=ASKER, period="day")))
    confirm = gate(GateKind.CONFIRM, stopped(), OLD)
    made, held = asked(both, stopped(), OLD, also=(confirm,))
    yield "confirm-then-approval", gates.confirm(made, held, [stopped(), OLD], confirm, facts={}, now=NOW, tz=TZ)
    yield "ack-on-it-with-price", acks.on_it(Verb.START, [("nlp-train", "abc123")], prices.spend_lines(appeal("2.69")))
    yield "refused-by-budget", prices.refused([("nlp-train", "abc123")], [REFUSES])
    yield "refused-by-unknown-sum", prices.refused([("nlp-train", "abc123"), ("old", "old888")], [BLIND])
    yield "nobody-to-approve", prices.unapprovable(Role.ADMIN, (), (), [DEAR])
    yield "approval-in-private", prices.unapprovable(Role.ADMIN, (ADMIN,), (CHANNEL,), [DEAR])


def _hindered() -> Iterator[tuple[str, Content]]:
    ruling = Ruling(verdict=Verdict.REFUSE, reasons=(REFUSES, DEAR))
    for hindrance in Hindrance:
        priced = Priced(pod_id="abc123", per_hour=Decimal("13.10"))
        why = sentence(hindrance, ruling, None, priced)
        made, _ = asked(appeal("12.40"), stopped())
        accepted = made.model_copy(update={"gates": (), "state": "accepted"})
        over = ended(Verb.START, Code.SPENDING, seen=stopped(), calls=0, sentence=why)
        yield f"hindered-{hindrance.name.lower()}", told(over, of=accepted)


def _budgets() -> Iterator[tuple[str, Content]]:
    most = (_total(OWNER, "3010.20"), _total(None, "900"), _total("team", "210"))
    pods = (_total("abc123", "60", "nlp-train"), _total("old888", "41", "old"))
    near, tell = pot("4012.30", then="refuse"), pot("5012", then="tell")
    billed = near.model_copy(update={"estimated": Decimal(0)})
    partly = near.model_copy(update={"estimated": Decimal("12.30")})
    for name, told_, rows in (
        ("near", Notice(budget=near, percent=80), most),
        ("half", Notice(budget=pot("50", "100", scope="team", name="nlp"), percent=50), ()),
        ("spent-refuses", Notice(budget=pot("5000", then="refuse"), percent=100), most),
        ("spent-asks", Notice(budget=FULL, percent=100), most),
        ("spent-tells", Notice(budget=tell, percent=100), most),
        ("billed", Notice(budget=billed, percent=80), ()),
        ("partly-billed", Notice(budget=partly, percent=80), ()),
        ("owner", Notice(budget=OVER, percent=100), pods),
        ("unknown", Notice(budget=pot(None, then="refuse"), percent=None), ()),
    ):
        yield f"budget-{name}", budgets.notice(told_, rows, now=NOW, tz=TZ)


def _overviews() -> Iterator[tuple[str, Content]]:
    mine = (
        pot("4012.30"),
        OVER,
        FULL.model_copy(update={"holder": "train", "rule": pot("1", scope="preset", name="train").rule}),
        pot("3", "400", scope="team", name="nlp"),
        pot(None, "900", scope="owner", name="*", then="refuse"),
        pot("7", "10", scope="owner", name=OWNER),
    )
    rule = ApprovalRule(above_per_hour=Decimal(10))
    known = Spending(at=NOW, day=NOW.date(), zone=TZ.key, sums={})
    for name, pots_, everybody, of in (
        ("mine", mine, False, known),
        ("well", (pot("12"),), False, known),
        ("all-of-many", tuple(pot("1", scope="owner", name=f"U0NR{n}") for n in range(30)), True, known),
        ("none", (), True, known),
        ("none-of-mine", (), False, None),
    ):
        said = budgets.overview(pots_, rule, of, everybody=everybody, now=NOW, tz=TZ)
        yield f"budgets-{name}", said


def _total(key: str | None, usd: str, name: str = "") -> Total:
    return Total(key=key, name=name, amounts=Amounts(compute=Decimal(usd)))


def _volumes() -> Iterator[tuple[str, Content]]:
    volume = NetworkVolume(id="vol8kq2x1c", name="datasets", size_gb=500, data_center="EU-RO-1")
    made = VolumeDeletion(id="vd00000001", volume=volume, by=ASKER, team="T1", channel=CHANNEL, asked_at=NOW)
    yield "volume-ask", volumes.ask(made, Decimal(35), now=NOW, tz=TZ)
    unsized = made.model_copy(update={"volume": volume.model_copy(update={"size_gb": None, "data_center": None})})
    yield "volume-ask-unsized", volumes.ask(unsized, None, now=NOW, tz=TZ)
    for state in DeletionState:
        why = "The pod train (k7m2qx) uses it." if state is DeletionState.NOT_DONE else ""
        done = {"state": state, "why": why, "accepted_at": NOW, "ended_at": NOW}
        yield f"volume-{state.value}", volumes.deletion(made.model_copy(update=done), now=NOW, tz=TZ)
        yield f"volume-answered-{state.value}", volumes.answered(made.model_copy(update=done), now=NOW, tz=TZ)
    gone = {"state": DeletionState.GONE, "before_us": True}
    yield "volume-gone-before", volumes.deletion(made.model_copy(update=gone), now=NOW, tz=TZ)
    yield "volume-no-such", volumes.no_such("datsets", [volume])
    yield "volume-which", volumes.which("datasets", [volume, volume.model_copy(update={"id": "vol2"})])
    yield "volume-in-use", volumes.in_use(volume, [stopped()])
    yield "volume-perhaps-in-use", volumes.perhaps_in_use(volume, [stopped()])
    yield "volume-already", volumes.already(made)
    yield "volume-role", volumes.role_needed(Role.ADMIN, [ADMIN])
    yield "volume-not-yours", volumes.not_yours(made)


def _sweeps() -> Iterator[tuple[str, Content]]:
    pod_ = SweepLine(
        kind=SubjectKind.POD,
        id="old888",
        name="old",
        owner=OWNER,
        size_gb=250,
        since=NOW,
        days=21,
        so_far=Decimal("33.40"),
        per_month=Decimal(50),
    )
    volume = SweepLine(
        kind=SubjectKind.VOLUME, id="vol8", name="data", size_gb=500, since=NOW, days=9, per_month=Decimal(35)
    )
    unsure = pod_.model_copy(update={"id": "dim444", "name": "mystery", "size_gb": None, "per_month": None})
    every = Sweep(at=NOW, lines=(unsure, pod_, volume), kept=2)
    kept = Kept(kind=SubjectKind.POD, id="old888", by=ASKER, until=NOW + timedelta(days=30))
    dealt = {
        "pod.old888": LineStands(standing=Standing.KEPT, kept=kept),
        "pod.dim444": LineStands(standing=Standing.USED),
        "volume.vol8": LineStands(standing=Standing.GONE),
    }
    many = Sweep(at=NOW, lines=tuple(pod_.model_copy(update={"id": f"old{n}"}) for n in range(40)))
    rule = SweepRule()
    for name, found, stands in (("open", every, {}), ("dealt-with", every, dealt), ("many", many, {})):
        yield f"sweep-{name}", sweep.sweep(found, stands, rule, names={OWNER: "Olga"}, day="2026-11-23", now=NOW, tz=TZ)
    one = every.model_copy(update={"lines": (volume,), "kept": 0})
    yield "sweep-one", sweep.sweep(one, {}, rule, names={}, day="", now=NOW, tz=TZ)
    yield "sweep-nothing", sweep.nothing(rule, 1)
    yield "sweep-kept", sweep.kept("`old` (`old888`)", NOW + timedelta(days=30), now=NOW, tz=TZ)
    yield "sweep-not-yours", sweep.not_yours("`old` (`old888`)", OWNER)
    gpu = GpuType(
        id="a100",
        name="A100 PCIe",
        memory_gb=80,
        secure=True,
        community=False,
        price_secure=Decimal("1.39"),
        price_community=None,
    )
    offer = (gpu, Cloud.SECURE, Decimal("1.39"))
    yield "move-volume", savings.move(networked(), offer, read_at=NOW, now=NOW, tz=TZ)
    yield "move-bare", savings.move(bare(), offer, read_at=NOW, now=NOW, tz=TZ)
    yield "move-nothing", savings.move(networked(), None, read_at=None, now=NOW, tz=TZ)


KINDS: Final = (_approvals, _before, _hindered, _budgets, _overviews, _volumes, _sweeps)
