"""create: from a preset and what was said besides to a request in the store, or to the reason why not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot import spending, suggest
from bot.face import Answer, Ask, Face
from bot.grammar import Invocation
from bot.spending import Spend, Wish
from bot.verbs import confirm_key, confirm_message
from bot.views import acks, creating, gates
from pods.audit import Event
from pods.candidates import NoCandidate, candidates, dearest, hardware
from pods.catalog import Catalog
from pods.forecast import quoted
from pods.gates import CONFIRM_FOR, Gate, GateKind
from pods.ids import derived_id
from pods.jobs import Job
from pods.ledger.entries import Labels
from pods.ledger.rates import rates
from pods.model import NetworkMount, PersistentMount, Verb
from pods.offers import NetworkVolume
from pods.operations import Operation, OperationState, deadline
from pods.orders import CreateOrder
from pods.presets import SMALLEST_VOLUME_GB, Preset, may_create
from pods.requests import Origin, Request, RequestState
from pods.sealing import NoSpecKey
from pods.store.acceptance import Acceptance, Accepted, AlreadyAccepted

_SIZE: Final = re.compile(r"(?P<gb>\d{1,4})\s*(?:gb?|GB?)?")
_NAME: Final = re.compile(r"[\w][\w. -]{0,60}")
NO_VOLUME: Final = "none"


@dataclass(frozen=True, slots=True)
class Storage:
    """What its data lies on."""

    persistent: PersistentMount | None = None
    network: NetworkMount | None = None
    #: The network volume, as far as the catalog knows it.
    volume: NetworkVolume | None = None


def run(face: Face, ask: Ask, read: Invocation) -> Answer:
    now = face.clock.now()
    preset = _preset(face, ask, read, now)
    if isinstance(preset, Answer):
        return preset
    order = _order(face, ask, preset, read)
    if isinstance(order, Answer):
        return order
    return accept(face, ask, order, now)


def _preset(face: Face, ask: Ask, read: Invocation, now: datetime) -> Preset | Answer:
    """The preset meant, and that this person may have it here."""
    known = {each.name: each for each in face.store.people.policy().preset}
    typed = read.one("preset", str)
    if typed is None and len(known) == 1:
        typed = next(iter(known))
    preset = known.get((typed or "").casefold())
    if preset is None:
        meant = suggest.words(typed, known) if typed else ()
        return Answer(content=creating.which_preset(typed, tuple(known), meant))
    person = face.person(ask, now)
    here = min(person.role, face.store.people.policy().ceiling(ask.channel))
    if may_create(preset, ask.user, here):
        return preset
    face.audit(ask, Event.REFUSED, now, result=f"preset {preset.name}")
    return Answer(content=creating.not_your_preset(preset, here))


def _order(face: Face, ask: Ask, preset: Preset, read: Invocation) -> CreateOrder | Answer:
    catalog = face.store.catalog.load()
    storage = _storage(preset, read.one("volume", str), catalog)
    if isinstance(storage, str):
        return Answer(content=creating.refused(storage))
    name = read.one("name", str) or preset.name
    if not _NAME.fullmatch(name):
        return Answer(content=creating.refused("A name has letters, digits, dots and hyphens, at most 60 of them."))
    found = candidates(preset, catalog, gpu=read.one("gpu", str), volume=storage.volume)
    if isinstance(found, NoCandidate):
        return Answer(content=creating.refused(found.sentence))
    try:
        env = face.sealer.seal(preset.env)
    except NoSpecKey as error:
        return Answer(content=creating.refused(error.sentence))
    span = read.one("lease", timedelta) or preset.lease
    return CreateOrder(
        name=name,
        preset=preset.name,
        candidates=found,
        image=preset.image or None,
        template_id=preset.template or None,
        args=preset.args or None,
        disk_gb=preset.disk_gb,
        ports=preset.ports,
        env=env,
        persistent=storage.persistent,
        network=storage.network,
        start_ssh=preset.ssh,
        start_jupyter=preset.jupyter,
        registry=preset.registry or None,
        price_cap=preset.max_price_per_hour,
        owner=ask.user,
        training=preset.training,
        recovery=preset.recovery or None,
        lease_s=None if span is None else int(span.total_seconds()),
    )


def _storage(preset: Preset, said: str | None, catalog: Catalog) -> Storage | str:
    """The preset's storage, or what was said in its place; a sentence where that cannot be."""
    if said is None and preset.network_volume:
        volume = catalog.volume(preset.network_volume)
        return Storage(network=_mounted(preset.network_volume, preset), volume=volume)
    if said is None:
        return Storage(persistent=_disk(preset.volume_gb, preset))
    if said.casefold() == NO_VOLUME:
        return Storage()
    size = _SIZE.fullmatch(said)
    known = [each for each in catalog.network_volumes if said in {each.id, each.name}]
    if size is not None and not known:
        return _sized(int(size["gb"]), preset)
    if len(known) == 1:
        return Storage(network=_mounted(known[0].id, preset), volume=known[0])
    return _which_volume(said, known, catalog)


def _sized(gb: int, preset: Preset) -> Storage | str:
    if preset.cpu is not None:
        return "A CPU pod has no disk on its host; name a network volume instead, or `volume=none`."
    if gb < SMALLEST_VOLUME_GB:
        return f"A disk on the host has at least {SMALLEST_VOLUME_GB} GB; write `volume={SMALLEST_VOLUME_GB}gb`."
    return Storage(persistent=_disk(gb, preset))


def _which_volume(said: str, known: list[NetworkVolume], catalog: Catalog) -> str:
    if known:
        ids = " or ".join(f"`volume={each.id}`" for each in known)
        return f"Several network volumes are called {said}; write {ids}."
    names = ", ".join(each.name for each in catalog.network_volumes[:5])
    have = f" The account has: {names}." if names else " The account has none, as far as I have read."
    return f"I know no network volume called {said}.{have} A size such as `volume=100gb` makes a disk on the host."


def _disk(gb: int, preset: Preset) -> PersistentMount | None:
    return PersistentMount(size_gb=gb, path=preset.mount) if gb else None


def _mounted(volume_id: str, preset: Preset) -> NetworkMount:
    return NetworkMount(volume_id=volume_id, path=preset.mount)


def accept(face: Face, ask: Ask, order: CreateOrder, now: datetime, *, keep_until: datetime | None = None) -> Answer:
    """Ask whether it is meant, with its price; everything that follows is written with the question."""
    request_id = derived_id(face.account, ask.team, ask.trigger)
    operation_id = derived_id(request_id, "new")
    spend = spending.rule_on(face, ask, (wish(face, order, operation_id, now),), now)
    if isinstance(spend, Answer):
        return spend
    gates_ = draft_gates(ask, spend, now, wait=timedelta(minutes=face.store.people.policy().approval.wait_min))
    request = Request(
        id=request_id,
        account=face.account,
        team=ask.team,
        by=ask.user,
        verb=Verb.CREATE,
        command=command_of(order),
        origin=ask.origin,
        place=ask.place,
        operations=(operation_id,),
        state=RequestState.WAITING,
        gates=gates_,
        appeal=spend.appeal if spend is not None else None,
        created_at=now,
    )
    operation = Operation(
        id=operation_id,
        request_id=request_id,
        account=face.account,
        verb=Verb.CREATE,
        pod_id="",
        pod_name=order.name,
        by=ask.user,
        state=OperationState.WAITING,
        created_at=now,
        accepted_at=now,
        deadline=deadline(Verb.CREATE, now, keep_until),
        order=order,
        keep_until=keep_until,
    )
    acceptance = face.store.walk.accept(
        request,
        (operation,),
        (confirm_message(request, ask, now),),
        intent=derived_id(ask.user, ask.channel, request.command, str(keep_until is not None)),
        audit=face.entry(ask, Event.ASKED, now, result=request.command, request_id=request.id),
        now=now,
    )
    return _told(face, ask, acceptance, now)


def draft_gates(ask: Ask, spend: Spend | None, now: datetime, *, wait: timedelta) -> tuple[Gate, ...]:
    """What holds a create: that it is meant, always; then, where the policy wants it, that its price is approved."""
    confirm = Gate(kind=GateKind.CONFIRM, who=(ask.user,), expires_at=now + CONFIRM_FOR)
    approval = spend.gate(confirm.expires_at, wait) if spend is not None else None
    return (confirm, approval) if approval is not None else (confirm,)


def wish(face: Face, order: CreateOrder, operation_id: str, now: datetime) -> Wish:
    """What it may cost at most, for whoever rules on the money."""
    policy, price = face.store.people.policy(), dearest(order.candidates)
    first = order.candidates[0]
    team = face.store.people.team_of(order.owner) if order.owner else None
    labels = Labels(owner=order.owner, team=team, preset=order.preset, gpu=hardware(first), cloud=first.cloud.value)
    costs = rates(policy.rates)
    volume_gb = order.persistent.size_gb if order.persistent else 0
    running = None if price is None else costs.running(disk_gb=order.disk_gb or 0, volume_gb=volume_gb, compute=price)
    stopped = volume_gb * costs.volume_disk_stopped
    quote = quoted(running.total if running else None, now, policy.tz, stopped_per_month=stopped)
    return Wish(pod_id=operation_id, name=order.name, labels=labels, per_hour=price, quote=quote)


def command_of(order: CreateOrder) -> str:
    """As a person would type it."""
    parts = [Verb.CREATE.value]
    if order.preset:
        parts.append(order.preset)
    if order.copy_of:
        parts.append(f"copy of {order.copy_of}")
    if order.name != order.preset:
        parts.append(f"name={order.name}")
    gpus = dict.fromkeys(each.gpu.id for each in order.candidates if each.gpu)
    return " ".join([*parts, *([f"({', '.join(gpus)})"] if gpus else [])])


def _told(face: Face, ask: Ask, acceptance: Acceptance, now: datetime) -> Answer:
    match acceptance:
        case Accepted(request, operations):
            return _asked(face, ask, request, operations)
        case AlreadyAccepted(existing):
            operations = face.store.walk.operations(existing.operations)
            gate = existing.open_gate
            if gate and gate.kind is GateKind.CONFIRM and ask.user in gate.who and ask.origin is Origin.SLASH:
                # Its dialog came with an ack that may never have arrived: ask again, about the same request.
                return _asked(face, ask, existing, operations)
            return Answer(content=acks.already_running(existing, operations, now))
    raise AssertionError("a create holds nothing that another could hold")


def _asked(face: Face, ask: Ask, request: Request, operations: tuple[Operation, ...]) -> Answer:
    if ask.origin is not Origin.SLASH:
        face.wake(Job.DELIVER, confirm_key(request.id))
        return Answer(content=None)
    gate = request.open_gate
    if gate is None:
        raise AssertionError("a create always asks first")
    now, tz = face.clock.now(), face.zone(ask.user)
    return Answer(content=gates.confirm(request, operations, (), gate, facts={}, now=now, tz=tz))
