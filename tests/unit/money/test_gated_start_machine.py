"""No sequence of clicks, expiries, prices, roles and spending lets a start through unapproved or dearer."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pods.access import Holders
from pods.approvals import GOOD_FOR, Agreed, Appeal, Priced, any_dearer, approvers, hindrance
from pods.budgets import ApprovalRule, Budget, BudgetRule, Ruling, Verdict, ruling
from pods.forecast import quoted
from pods.gates import Gate, GateKind, GateRefusal, GateState, decide, expire
from pods.ledger.entries import Labels
from pods.requests import Request, RequestState, settle
from pods.roles import Role
from tests.unit.money.books import MONDAY, UTC_ZONE
from tests.unit.pods.builders import request

ASKER = "U0BOB"
APPROVERS = ("U0ALICE", "U0DAVE")
LIMIT, AMOUNT = Decimal(5), Decimal(100)
PRICES = st.sampled_from([None, *map(Decimal, ("1", "5", "5.01", "9", "12"))])


class GatedStart(RuleBasedStateMachine):
    """What the bot does at each click and the worker before the call, over the same pure decisions."""

    def __init__(self) -> None:
        super().__init__()
        self.now = MONDAY
        self.price: Decimal | None = Decimal(9)
        self.spent: Decimal | None = Decimal(10)
        self.refuses = False
        self.roles = {ASKER: Role.OPERATOR, "U0ALICE": Role.ADMIN, "U0DAVE": Role.ADMIN, "U0CARA": Role.VIEWER}
        self.request: Request | None = None
        self.calls: list[tuple[Decimal | None, str | None]] = []

    # -- the world

    @rule(price=PRICES)
    def reprice(self, price: Decimal | None) -> None:
        self.price = price

    @rule(spent=st.sampled_from([None, Decimal(0), Decimal(99), Decimal(100), Decimal(300)]), refuses=st.booleans())
    def spend(self, spent: Decimal | None, *, refuses: bool) -> None:
        self.spent, self.refuses = spent, refuses

    @rule(who=st.sampled_from(APPROVERS), role=st.sampled_from([Role.OPERATOR, Role.ADMIN]))
    def appoint(self, who: str, role: Role) -> None:
        self.roles[who] = role

    @rule(minutes=st.sampled_from([1, 61, 24 * 60 + 1]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        if self.request is not None and self.request.open_gate is not None:
            gate = expire(self.request.open_gate, self.now)
            if gate.state is GateState.EXPIRED:
                self.request = settle(self.request, gate)

    # -- the bot

    @precondition(lambda self: self.request is None or self.request.state is not RequestState.WAITING)
    @rule()
    def ask(self) -> None:
        says = self.says()
        holders = Holders(admins=tuple(who for who, role in self.roles.items() if role is Role.ADMIN))
        who = approvers(holders, Role.ADMIN, ASKER)
        asks = says.verdict is Verdict.REQUIRE_APPROVAL
        if says.verdict is Verdict.REFUSE or (asks and not who):
            self.request = None
            return
        appeal = Appeal(at=self.now, priced=(self.priced(),), quote=quoted(self.price, self.now, UTC_ZONE))
        gate = Gate(kind=GateKind.APPROVAL, who=who, expires_at=self.now + timedelta(hours=1))
        gates = (gate,) if asks else ()
        self.request = request(*gates, by=ASKER, appeal=appeal)

    @precondition(lambda self: self.request is not None and self.request.gates)
    @rule(who=st.sampled_from([*APPROVERS, ASKER]), agree=st.sampled_from([True, True, True, False]))
    def press(self, who: str, *, agree: bool) -> None:
        assert self.request is not None
        decided = decide(self.request.gates[0], who, agree=agree, now=self.now)
        if isinstance(decided, GateRefusal) or self.roles[who] < Role.ADMIN or who == ASKER:
            return
        appeal = self.request.appeal
        assert appeal is not None
        if agree and (self.says().verdict is Verdict.REFUSE or any_dearer(appeal, [self.priced()])):
            decided = decided.model_copy(update={"state": GateState.DECLINED})
        self.request = settle(self.request, decided)

    @precondition(lambda self: self.request is None or self.request.state is not RequestState.WAITING)
    @rule(who=st.sampled_from(APPROVERS), price=st.sampled_from([Decimal(9), Decimal(12)]))
    def agreed_at_once(self, who: str, price: Decimal) -> None:
        """The usual way, so that much can change between an approval and its call."""
        self.price, self.spent, self.roles[who] = price, Decimal(10), Role.ADMIN
        self.ask()
        self.press(who, agree=True)

    # -- the worker

    @precondition(lambda self: self.request is not None and self.request.state is RequestState.ACCEPTED)
    @rule()
    def call(self) -> None:
        assert self.request is not None
        gate = next(iter(self.request.gates), None)
        agreed = None
        if gate is not None and self.request.appeal is not None:
            by = gate.decided_by if gate.state is GateState.PASSED else None
            may = by is not None and self.roles[by] >= Role.ADMIN
            agreed = Agreed(appeal=self.request.appeal, by=by, at=gate.decided_at, may=may)
        if hindrance(self.says(), agreed, self.priced(), ASKER, self.now) is None:
            self.calls.append((self.price, agreed.by if agreed else None))
            self.check(agreed)

    def check(self, agreed: Agreed | None) -> None:
        """What must be so at the very call, said without the functions under test."""
        over = self.spent is None or self.spent >= AMOUNT
        dear = self.price is None or self.price > LIMIT
        assert not (over and self.refuses)
        if not dear and not over and agreed is None:
            return
        assert agreed is not None
        assert agreed.by not in {None, ASKER}
        assert self.roles[str(agreed.by)] is Role.ADMIN
        assert agreed.at is not None
        assert self.now - agreed.at <= GOOD_FOR
        quote = agreed.appeal.priced[0].per_hour
        assert quote is None or (self.price is not None and self.price <= quote)

    def says(self) -> Ruling:
        then = "refuse" if self.refuses else "require_approval"
        rule_ = BudgetRule.model_validate({"amount": str(AMOUNT), "then": then})
        pot = Budget(rule=rule_, window=rule_.window(MONDAY.date(), UTC_ZONE), spent=self.spent)
        return ruling([pot], ApprovalRule(above_per_hour=LIMIT), Labels(owner=ASKER), self.price)

    def priced(self) -> Priced:
        return Priced(pod_id="p", per_hour=self.price)

    @invariant()
    def nobody_decided_their_own(self) -> None:
        if self.request is not None:
            assert all(gate.decided_by != ASKER for gate in self.request.gates)


TestGatedStart = GatedStart.TestCase
TestGatedStart.settings = settings(max_examples=200, stateful_step_count=12, deadline=None)
