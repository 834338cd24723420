"""presets: what can be created, priced from the catalog; and its buttons, which amount to typing the create."""

from __future__ import annotations

from bot.face import Answer, Ask, Face
from bot.grammar import Invocation
from bot.views import presets as views
from bot.views.presets import Offer
from pods.candidates import candidates
from pods.catalog import Catalog
from pods.presets import Preset, may_create


def presets(face: Face, ask: Ask, read: Invocation) -> Answer:
    del read
    catalog = face.store.catalog.load()
    content = views.presets(offers(face, ask), catalog, now=face.clock.now(), tz=face.zone(ask.user))
    return Answer(content=content)


def offers(face: Face, ask: Ask) -> tuple[Offer, ...]:
    """Every preset of the policy, and whether this person may create it here."""
    policy, catalog = face.store.people.policy(), face.store.catalog.load()
    person = face.person(ask, face.clock.now())
    here = min(person.role, policy.ceiling(ask.channel))
    return tuple(_offer(each, catalog, may=may_create(each, ask.user, here)) for each in policy.preset)


def _offer(preset: Preset, catalog: Catalog, *, may: bool) -> Offer:
    volume = catalog.volume(preset.network_volume) if preset.network_volume else None
    return Offer(preset=preset, candidates=candidates(preset, catalog, volume=volume), may=may)
