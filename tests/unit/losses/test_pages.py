"""The paging service learns of an incident what it must, whatever fails in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from app.doctor.finding import Level
from app.doctor.pager import takes_events
from pods.errors import PagerError
from pods.incidents import Incident, IncidentState
from pods.losses import Severity
from pods.pager.pagerduty import PagerDuty
from pods.pages import Page, PageAction, PageEvent, begun, failed, new_page, taken, wanted
from sim.pagerduty import KEY, SimPagerDuty
from tests.unit.losses.scenes import loss
from tests.unit.pods.builders import at

OPEN, TAKEN, OVER = IncidentState.OPEN, IncidentState.ACKNOWLEDGED, IncidentState.RESOLVED
TRIGGER, ACK, RESOLVE = PageAction.TRIGGER, PageAction.ACKNOWLEDGE, PageAction.RESOLVE


def incident(state: IncidentState, **changes: object) -> Incident:
    one = loss()
    usual = Incident(
        id="i1",
        state=state,
        severity=Severity.HIGH,
        pages=True,
        losses=(one.id,),
        pods=(one.pod_id,),
        open_losses=(one.id,),
        opened_at=at(0),
        joined_at=at(0),
    )
    return usual.model_copy(update=changes)


def heard(action: PageAction | None, *, maybe: PageAction | None = None) -> Page:
    page = new_page("main", incident(OPEN), at(0))
    for each in (action, maybe):
        page = begun(page, each) if each else page
    return taken(page, action, at(0)) if action else page


@pytest.mark.parametrize(
    ("state", "page", "action"),
    [
        (OPEN, None, TRIGGER),
        (OPEN, heard(None), TRIGGER),
        (OPEN, heard(TRIGGER), None),
        (OPEN, heard(None, maybe=TRIGGER), TRIGGER),
        (TAKEN, heard(TRIGGER), ACK),
        (TAKEN, heard(ACK), None),
        # Taken before anybody was called: nobody needs to be.
        (TAKEN, None, None),
        (TAKEN, heard(None), None),
        # It may have rung, so it is told that somebody is on it.
        (TAKEN, heard(None, maybe=TRIGGER), ACK),
        (OVER, heard(TRIGGER), RESOLVE),
        (OVER, heard(None, maybe=TRIGGER), RESOLVE),
        (OVER, heard(ACK), RESOLVE),
        (OVER, heard(RESOLVE), None),
        (OVER, None, None),
    ],
)
def test_what_the_service_should_be_told(state: IncidentState, page: Page | None, action: PageAction | None) -> None:
    assert wanted(incident(state), page) is action


def test_nobody_is_paged_for_a_notice_or_in_quiet_hours() -> None:
    assert wanted(incident(OPEN, pages=False), None) is None
    assert wanted(incident(OPEN, hushed=True), None) is None


def test_failures_wait_ever_longer_or_as_long_as_the_service_asks() -> None:
    page, waits = heard(None, maybe=TRIGGER), []
    for _ in range(7):
        page = failed(page, at(0))
        waits.append((page.next_at - at(0)).total_seconds())
    assert waits == [5, 15, 30, 60, 120, 300, 300]
    assert failed(page, at(0), after=timedelta(seconds=7)).next_at == at(7)


@pytest.fixture
def service() -> SimPagerDuty:
    return SimPagerDuty()


@pytest.fixture
def pager(service: SimPagerDuty) -> Iterator[PagerDuty]:
    made = PagerDuty(SecretStr(KEY), transport=service.transport())
    yield made
    made.close()


def event(action: PageAction = TRIGGER, **changes: object) -> PageEvent:
    usual = PageEvent(action=action, dedup_key="podkeeper-main-i1", summary="Lost", severity=Severity.HIGH, at=at(0))
    return usual.model_copy(update=changes)


def test_an_alert_goes_through_its_life_and_rings_once(service: SimPagerDuty, pager: PagerDuty) -> None:
    for action in (TRIGGER, TRIGGER, ACK, RESOLVE, RESOLVE):
        pager.send(event(action, pods=("abc123",)))
    (alert,) = service.alerts.values()
    assert (alert.state, alert.rang, alert.severity) == ("resolved", 1, "critical")


def test_a_long_summary_is_cut_to_what_the_service_takes(service: SimPagerDuty, pager: PagerDuty) -> None:
    pager.send(event(summary="x" * 5000, severity=Severity.LOW))
    (alert,) = service.alerts.values()
    assert (len(alert.summary), alert.severity) == (1024, "warning")


@pytest.mark.parametrize(
    ("fault", "final", "retry"),
    [(400, True, None), (429, False, 7.0), (500, False, None), (503, False, None), ("timeout", False, None)],
)
def test_a_refusal_says_whether_asking_again_helps(
    service: SimPagerDuty, pager: PagerDuty, fault: int | str, final: bool, retry: float | None
) -> None:
    service.faults.append(fault)
    with pytest.raises(PagerError) as caught:
        pager.send(event())
    assert (caught.value.final, caught.value.retry_after_s) == (final, retry)
    assert KEY not in caught.value.detail
    pager.send(event())
    assert len(service.alerts) == 1


def test_an_answer_that_is_lost_is_sent_again_and_rings_once(service: SimPagerDuty, pager: PagerDuty) -> None:
    service.faults.append("lost")
    with pytest.raises(PagerError):
        pager.send(event())
    pager.send(event())
    (alert,) = service.alerts.values()
    assert alert.rang == 1


def test_the_doctor_tries_the_key_without_ringing_anybody(service: SimPagerDuty, pager: PagerDuty) -> None:
    assert [found.level for found in takes_events(pager)] == [Level.OK]
    assert not service.alerts
    wrong = PagerDuty(SecretStr("x" * 32), transport=service.transport())
    (found,) = takes_events(wrong)
    assert found.level is Level.FAIL
    assert "PAGERDUTY_ROUTING_KEY" in found.mend
