"""The policy's presets: what each makes, what it costs at the moment, who may make it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from slackblocks import Button

from bot.views.figures import at, per_hour, span
from bot.views.layout import BLOCKS_MAX, TEXT_MAX, fitting, page, small
from bot.views.text import code, counted, listed, prose
from pods.candidates import NoCandidate, cost
from pods.catalog import Catalog
from pods.messages import Content
from pods.model import Cloud
from pods.orders import Candidate
from pods.presets import Preset
from pods.roles import Role

#: A row of buttons takes 25; more than these nobody reads on a phone.
BUTTONS: Final = 5
_ROOM: Final = 700
_PORTS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A preset with what it would ask RunPod for now."""

    preset: Preset
    candidates: Sequence[Candidate] | NoCandidate
    #: Whether the reader may create it here.
    may: bool


def presets(offers: Sequence[Offer], catalog: Catalog, *, now: datetime, tz: ZoneInfo) -> Content:
    if not offers:
        none = "The policy has no preset yet, so nothing can be created from here."
        return page([f"{none} An admin adds them to `podkeeper.toml` as `[[preset]]`."], key="presets")
    head = f"{counted(len(offers), 'preset')}. {code('/pod create NAME')} shows the price and asks first."
    lines = [_line(each, catalog) for each in offers]
    read_at = catalog.read_at()
    foot = f"Prices and stock as RunPod said at {at(read_at, now, tz)}." if read_at else "Prices are not known yet."
    return page(
        [head, "\n".join(fitting(lines, BLOCKS_MAX - _ROOM)), small(foot)],
        key=f"presets.{catalog.version}",
        buttons=create_buttons(offers),
        text="\n".join((head, *fitting(lines, TEXT_MAX - _ROOM), foot)),
    )


def create_buttons(offers: Sequence[Offer]) -> list[Button]:
    may = [each.preset.name for each in offers if each.may][:BUTTONS]
    return [Button(f"Create {name}…", action_id=f"preset.create#{nth}", value=name) for nth, name in enumerate(may)]


def _line(offer: Offer, catalog: Catalog) -> str:
    preset = offer.preset
    about = f" {prose(preset.about).rstrip('.')}." if preset.about else ""
    parts = [_first(offer.candidates, catalog), _what(preset), *_rules(offer)]
    return f"• {code(preset.name)}:{about} {'. '.join(each for each in parts if each)}."


def _first(found: Sequence[Candidate] | NoCandidate, catalog: Catalog) -> str:
    """What is asked for first, and what else it would take."""
    if isinstance(found, NoCandidate):
        return prose(found.sentence).rstrip(".")
    first, rest = found[0], found[1:]
    price = cost(first)
    at_price = f" at {per_hour(price)}" if price is not None else ", price not known"
    others = list(dict.fromkeys(_name(each, catalog) for each in rest if _name(each, catalog) != _name(first, catalog)))
    then = f", else {listed([code(each) for each in others[:2]], joint='or')}" if others else ""
    more = f" or {len(others) - 2} more" if len(others) > 2 else ""  # noqa: PLR2004 - as many as are named
    return f"{_counted(first, catalog)}{at_price}{_stock(first, catalog)}{then}{more}"


def _counted(candidate: Candidate, catalog: Catalog) -> str:
    if candidate.gpu is None:
        return f"{candidate.cpu.vcpu_count if candidate.cpu else '?'} vCPUs"
    times = f"{candidate.gpu.count}x " if candidate.gpu.count > 1 else ""
    spot = "spot " if candidate.bid is not None else ""
    cloud = ", community" if candidate.cloud is Cloud.COMMUNITY else ""
    return f"{spot}{times}{code(_name(candidate, catalog))}{cloud}"


def _name(candidate: Candidate, catalog: Catalog) -> str:
    return catalog.gpu_name(candidate.gpu.id) if candidate.gpu is not None else "CPU"


def _stock(candidate: Candidate, catalog: Catalog) -> str:
    known = catalog.gpu(candidate.gpu.id, candidate.cloud) if candidate.gpu is not None else None
    if known is None or known.availability is None:
        return ""
    return " (none free)" if known.availability == "NONE" else f" ({known.availability.lower()} stock)"


def _what(preset: Preset) -> str:
    """Image and disks."""
    image = code(preset.image, 80) if preset.image else f"template {code(preset.template)}"
    disks = [f"container disk {preset.disk_gb} GB"]
    if preset.volume_gb:
        disks.append(f"volume disk {preset.volume_gb} GB at {code(preset.mount)}")
    if preset.network_volume:
        disks.append(f"network volume {code(preset.network_volume)} at {code(preset.mount)}")
    ports = f", ports {', '.join(code(each) for each in preset.ports[:_PORTS])}" if preset.ports else ""
    return f"{image}, {listed(disks)}{ports}"


def _rules(offer: Offer) -> list[str]:
    preset = offer.preset
    cap = preset.max_price_per_hour
    rules = [
        f"At most {per_hour(cap)}" if cap is not None else "",
        f"For {span(preset.lease)} unless said otherwise" if preset.lease else "",
        "Losing it pages on-call" if preset.training else "",
        "" if offer.may else f"Not for you here: it takes {_who(preset)}",
    ]
    return [each for each in rules if each]


def _who(preset: Preset) -> str:
    role = {Role.VIEWER: "a viewer", Role.OPERATOR: "an operator", Role.ADMIN: "an admin"}.get(preset.role, "nobody")
    return f"{role} on its list" if preset.users else role
