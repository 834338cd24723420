"""Questions before an operation, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.views import gates
from pods.gates import GateKind, GateRefusal, GateState
from pods.messages import Content
from pods.model import Verb
from pods.operations import Code
from tests.unit.views.samples import (
    ASKER,
    NOW,
    OWNER,
    TZ,
    bare,
    decided,
    ended,
    gate,
    networked,
    owned,
    pod,
    request,
    stopped,
    told,
    unsaid,
    waiting,
)


def _questions() -> Iterator[tuple[str, Content]]:
    facts = {"abc123": owned("abc123", ASKER), "net333": owned("net333", OWNER)}
    for name, verb, pods in (
        ("terminate", Verb.TERMINATE, (pod(),)),
        ("terminate-stopped", Verb.TERMINATE, (stopped(),)),
        ("terminate-network-volume", Verb.TERMINATE, (networked(),)),
        ("terminate-unsaid", Verb.TERMINATE, (unsaid(),)),
        ("stop-nothing-mounted", Verb.STOP, (bare(),)),
        ("restart-nothing-mounted", Verb.RESTART, (bare(),)),
        ("stop-several", Verb.STOP, (pod(), bare(), networked())),
        ("start-several", Verb.START, (stopped(), stopped(id="old888", name="old"))),
    ):
        asked = gate(GateKind.CONFIRM, *pods)
        made, held = waiting(verb, *pods, gates=(asked,))
        yield f"confirm-{name}", gates.confirm(made, held, pods, asked, facts=facts, now=NOW, tz=TZ)
    asked = gate(GateKind.CONFIRM, networked())
    made, held = waiting(Verb.TERMINATE, networked(), gates=(asked, gate(GateKind.CONSENT, networked())))
    yield "confirm-then-consent", gates.confirm(made, held, [networked()], asked, facts=facts, now=NOW, tz=TZ)
    passed = made.model_copy(update={"gates": (decided(GateState.PASSED, GateKind.CONFIRM), made.gates[1])})
    yield "confirmed-then-consent", gates.confirmed(passed, held)
    yield "confirmed", gates.confirmed(request(Verb.TERMINATE), held)
    yield "declined", gates.declined(request(Verb.TERMINATE), held)
    barred = [ended(Verb.TERMINATE, Code.NOT_ALLOWED, pod_id="net333", pod_name="llama-ft")]
    yield "declined-not-allowed", gates.declined(request(Verb.TERMINATE), barred)
    late = request(Verb.TERMINATE, gates=(gate(GateKind.CONFIRM),), created_at=NOW)
    yield "expired", gates.expired(late, held)


def _consents() -> Iterator[tuple[str, Content]]:
    for name, verb, asked in (
        ("stop", Verb.STOP, networked()),
        ("terminate", Verb.TERMINATE, pod()),
        ("start", Verb.START, stopped()),
    ):
        made, held = waiting(verb, asked, gates=(gate(GateKind.CONSENT, asked),))
        yield f"consent-{name}", told(*held, of=made, pods=[asked])
    made, held = waiting(Verb.TERMINATE, pod(), gates=(gate(GateKind.CONSENT, pod()),))
    yield "consent-without-snapshot", told(*held, of=made)
    open_gate = gate(GateKind.CONSENT, pod())
    for refusal in GateRefusal:
        yield f"gate-{refusal.value}", gates.refused(refusal, open_gate, now=NOW, tz=TZ)
    answered = decided(GateState.PASSED, GateKind.CONSENT, by=OWNER)
    yield "gate-closed-answered", gates.refused(GateRefusal.CLOSED, answered, now=NOW, tz=TZ)


KINDS: Final = (
    _questions,
    _consents,
)
