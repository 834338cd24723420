"""The store: one repository per record kind over one Redis connection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import redis

from pods.budgets import Told as BudgetTold
from pods.catalog import Catalog
from pods.csv_wishes import CsvWish
from pods.early_signs import Signs
from pods.funds import Funds
from pods.gathering import Gathering
from pods.heartbeats import HeartbeatToken, TokenOwner
from pods.holds import Holds
from pods.incidents import Incident
from pods.inquiries import KEPT_FOR as INQUIRIES_FOR
from pods.inquiries import Inquiry
from pods.ledger.bill import Billing
from pods.ledger.runway import RunwayTold
from pods.ledger.sweep import Kept
from pods.leftovers import Leftover
from pods.losses import Loss
from pods.outages import Outage
from pods.pages import Page
from pods.protection import Protection
from pods.protectors import Words
from pods.recovery.checkpoints import Checkpoints
from pods.recovery.lineage import Lineage
from pods.recovery.record import Recovery
from pods.recovery.stop_waits import StopWait
from pods.shadow import AutoStop, ShadowStop
from pods.sights import Sight
from pods.spells import PodSpells
from pods.spending import Spending
from pods.store.audit import AuditLog
from pods.store.catalog import CatalogStore
from pods.store.changes import ChangeStore
from pods.store.clockwork import Clockwork
from pods.store.commit import RECORD_FOR
from pods.store.connection import Scripts, connect
from pods.store.fleet import FleetStore
from pods.store.heartbeats import HeartbeatStore
from pods.store.history import PodHistory
from pods.store.incidents import IncidentRecords
from pods.store.keys import Keys
from pods.store.ledger import LedgerStore
from pods.store.open_spells import OpenSpells
from pods.store.outbox import Outbox
from pods.store.people import PeopleStore
from pods.store.records import Records
from pods.store.samples import SampleStore
from pods.store.verdicts import VerdictStore
from pods.store.walk import WalkStore
from pods.strays import Stray
from pods.summary import Printed
from pods.summary_rules import Told
from pods.sweeps import SweepRun, Unattached
from pods.volume_deletions import VolumeDeletion
from pods.watchdog import Silence

#: A protector's word is of no use once the window it speaks of is long past.
WORDS_FOR: Final = timedelta(days=2)
#: Pods live long, and an expected one is not asked about again.
STRAYS_FOR: Final = timedelta(days=400)
#: Losses and incidents stay readable for this long after their last change.
LOSSES_FOR: Final = timedelta(days=90)
#: What was told to everybody.
NOTICES_FOR: Final = timedelta(days=30)
#: What idleness cost and led to is summed up from these for a month and more.
_IDLE_FOR: Final = timedelta(days=45)

#: Last week's sweep says that this is not the first one.
SWEEPS_FOR: Final = timedelta(days=90)
#: What was told of a period is no longer asked for once the next one has begun.
BUDGETS_TOLD_FOR: Final = timedelta(days=40)

#: A file that was asked for is sent within the hour, or told not to come.
_CSV_FOR: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Store:
    client: redis.Redis
    keys: Keys
    walk: WalkStore
    history: PodHistory
    outbox: Outbox
    fleet: FleetStore
    people: PeopleStore
    clockwork: Clockwork
    #: By pod id: keeps, snoozes, leases, schedules.
    holds: Records[Holds]
    #: By pod id: the question whose it is.
    strays: Records[Stray]
    #: By pod id: its stopped period whose disk costs.
    leftovers: Records[Leftover]
    heartbeats: HeartbeatStore
    #: By pod id: what its protectors last said.
    words: Records[Words]
    #: One record: what was spent this day and month, by everybody.
    spending: Records[Spending]
    #: By budget: what was told of it in its period.
    budgets_told: Records[BudgetTold]
    #: By `pods.ledger.sweep.kept_id`: stopped pods and loose volumes that somebody wants to stay.
    kept: Records[Kept]
    #: By its own id: network volumes on their way out.
    deletions: Records[VolumeDeletion]
    #: One record: since when each network volume hangs on no pod.
    unattached: Records[Unattached]
    #: By local date: the weekly sweeps.
    sweeps: Records[SweepRun]
    catalog: CatalogStore
    audit: AuditLog
    #: What people asked of RunPod, by id, for as long as it takes to tell them.
    inquiries: Records[Inquiry]
    protections: Records[Protection]
    sights: Records[Sight]
    losses: Records[Loss]
    incidents: IncidentRecords
    gathering: Records[Gathering]
    pages: Records[Page]
    #: By pod id: what a protected pod is made of, and what it was before.
    lineages: Records[Lineage]
    recoveries: Records[Recovery]
    #: By pod id.
    checkpoints: Records[Checkpoints]
    stop_waits: Records[StopWait]
    runway: Records[RunwayTold]
    funds: Records[Funds]
    signs: Records[Signs]
    outages: Records[Outage]
    silences: Records[Silence]
    changes: ChangeStore
    samples: SampleStore
    verdicts: VerdictStore
    #: By pod id.
    spells: Records[PodSpells]
    open_spells: OpenSpells
    #: By spell key.
    shadow_stops: Records[ShadowStop]
    auto_stops: Records[AutoStop]
    ledger: LedgerStore
    #: By kind of what is billed.
    billing: Records[Billing]
    #: By edition, and by the id of what was told.
    summaries_told: Records[Told]
    summaries: Records[Printed]
    csvs: Records[CsvWish]


def open_store(url: str, account: str) -> Store:
    """Repositories on a connection of their own. Connects on first use."""
    client = connect(url)
    keys = Keys(account)
    scripts = Scripts(client)
    walk = WalkStore(client, scripts, keys)
    words = Records(client, scripts, keys, "words", Words, keep=WORDS_FOR)
    return Store(
        client=client,
        keys=keys,
        walk=walk,
        history=PodHistory(client, keys, walk),
        outbox=Outbox(client, scripts, keys),
        fleet=FleetStore(client, scripts, keys),
        people=PeopleStore(client, scripts, keys),
        clockwork=Clockwork(client, scripts, keys),
        holds=Records(client, scripts, keys, "holds", Holds),
        spending=Records(client, scripts, keys, "spending", Spending),
        budgets_told=Records(client, scripts, keys, "budget-told", BudgetTold, keep=BUDGETS_TOLD_FOR),
        kept=Records(client, scripts, keys, "kept", Kept),
        unattached=Records(client, scripts, keys, "unattached", Unattached),
        sweeps=Records(client, scripts, keys, "sweep", SweepRun, keep=SWEEPS_FOR),
        deletions=Records(client, scripts, keys, "volume-deletion", VolumeDeletion, keep=RECORD_FOR),
        strays=Records(client, scripts, keys, "stray", Stray, keep=STRAYS_FOR),
        leftovers=Records(client, scripts, keys, "leftover", Leftover),
        inquiries=Records(client, scripts, keys, "inquiry", Inquiry, keep=INQUIRIES_FOR),
        words=words,
        heartbeats=HeartbeatStore(
            Records(client, scripts, keys, "heartbeat", HeartbeatToken),
            Records(client, scripts, keys, "heartbeat-id", TokenOwner),
            words,
        ),
        audit=AuditLog(client, keys),
        catalog=CatalogStore(Records(client, scripts, keys, "catalog", Catalog)),
        protections=Records(client, scripts, keys, "protection", Protection),
        sights=Records(client, scripts, keys, "sight", Sight),
        losses=Records(client, scripts, keys, "loss", Loss, keep=LOSSES_FOR),
        incidents=IncidentRecords(client, scripts, keys, "incident", Incident, keep=LOSSES_FOR),
        gathering=Records(client, scripts, keys, "gathering", Gathering),
        pages=Records(client, scripts, keys, "page", Page, keep=LOSSES_FOR),
        lineages=Records(client, scripts, keys, "lineage", Lineage),
        recoveries=Records(client, scripts, keys, "recovery", Recovery, keep=LOSSES_FOR),
        checkpoints=Records(client, scripts, keys, "checkpoints", Checkpoints, keep=LOSSES_FOR),
        stop_waits=Records(client, scripts, keys, "stop-wait", StopWait, keep=RECORD_FOR),
        runway=Records(client, scripts, keys, "runway", RunwayTold),
        funds=Records(client, scripts, keys, "funds", Funds),
        signs=Records(client, scripts, keys, "signs", Signs, keep=NOTICES_FOR),
        outages=Records(client, scripts, keys, "outage", Outage, keep=NOTICES_FOR),
        silences=Records(client, scripts, keys, "silence", Silence, keep=NOTICES_FOR),
        changes=ChangeStore(client, keys),
        samples=SampleStore(client, scripts, keys),
        verdicts=VerdictStore(client, scripts, keys),
        open_spells=OpenSpells(client, keys),
        spells=Records(client, scripts, keys, "spells", PodSpells, keep=_IDLE_FOR),
        shadow_stops=Records(client, scripts, keys, "shadow-stop", ShadowStop, keep=_IDLE_FOR),
        auto_stops=Records(client, scripts, keys, "auto-stop", AutoStop, keep=_IDLE_FOR),
        ledger=LedgerStore(client, scripts, keys),
        billing=Records(client, scripts, keys, "billing", Billing),
        summaries_told=Records(client, scripts, keys, "summary-told", Told),
        csvs=Records(client, scripts, keys, "csv", CsvWish, keep=_CSV_FOR),
        summaries=Records(client, scripts, keys, "summary", Printed, keep=RECORD_FOR),
    )


__all__ = ["Store", "open_store"]
