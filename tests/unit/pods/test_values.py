"""Times, ids, money and the small answers of a pod."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from pods import errors
from pods.ids import ID_LENGTH, derived_id, new_id
from pods.jobs import QUEUE_OF, Job
from pods.model import NetworkMount, PersistentMount, Pod, PodSpec, PodStatus, Runtime, Verb
from pods.money import cents, dollars, stopped_storage_per_month
from pods.operations import DEADLINES, Operation
from pods.times import Instant, from_ms, to_ms
from tests.unit.pods.builders import NOON, graphql, operation, pod

instants: TypeAdapter[datetime] = TypeAdapter(Instant)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_time_survives_its_record(moment: datetime) -> None:
    held = instants.validate_python(moment)
    assert abs(held - moment) <= timedelta(microseconds=501)
    assert instants.validate_json(instants.dump_json(held)) == held
    assert from_ms(to_ms(held)) == held


@pytest.mark.parametrize(
    "value",
    [
        1_795_521_600_123,
        1_795_521_600_123.0,
        "2026-11-24T12:00:00.123Z",
        "2026-11-24T14:00:00.1234+02:00",
        datetime(2026, 11, 24, 14, 0, 0, 123_400, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_a_time_is_utc_and_of_whole_milliseconds_however_it_came(value: object) -> None:
    held = instants.validate_python(value)
    assert held == datetime(2026, 11, 24, 12, 0, 0, 123_000, tzinfo=UTC)
    assert held.utcoffset() == timedelta(0)
    assert instants.dump_python(held, mode="json") == 1_795_521_600_123


def test_a_number_is_milliseconds_however_small() -> None:
    assert instants.validate_python(1_500) == datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)


@pytest.mark.parametrize("value", [datetime(2026, 11, 24), "2026-11-24T12:00:00", "2026-11-24", True, "soon", None])  # noqa: DTZ001
def test_what_is_no_time_with_a_zone_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        instants.validate_python(value)


@pytest.mark.parametrize(
    "seen",
    [
        pod(cost_per_hour=Decimal("2.690")),
        graphql(PodStatus.EXITED, runtime=Runtime(gpus=()), last_status_change="Exited by user: now"),
        pod(network=None, persistent=PersistentMount(size_gb=1, path="/w"), mounts_known=False, stamp="op1"),
    ],
)
def test_an_operation_survives_its_record_with_what_it_saw(seen: Pod) -> None:
    kept = operation(Verb.STOP, before=seen, seen=seen, called_at=NOON, exited_since=NOON)
    assert Operation.model_validate_json(kept.model_dump_json()) == kept
    assert Operation.model_validate({**kept.model_dump(), "from_a_newer_version": 1}) == kept


def test_ids_are_ten_small_characters_and_differ() -> None:
    made = {new_id() for _ in range(200)}
    assert len(made) == 200
    for each in made | {derived_id("a")}:
        assert len(each) == ID_LENGTH == 10
        assert set(each) <= set("abcdefghijklmnopqrstuvwxyz234567")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [(("T1", "trigger-1"), "prjmwvppvu"), (("T1", "trigger-2"), "sr7xcxeowj"), (("T1trigger-1",), "msmunbmire")],
)
def test_a_derived_id_never_changes_with_a_release(parts: tuple[str, ...], expected: str) -> None:
    assert derived_id(*parts) == expected


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "$0.00"), ("2.69", "$2.69"), ("2.675", "$2.68"), ("0.004", "$0.00"), ("1234.5", "$1,234.50")],
)
def test_dollars_are_rounded_to_cents_half_up(amount: str, text: str) -> None:
    assert dollars(Decimal(amount)) == text
    assert cents(Decimal(amount)) == Decimal(text[1:].replace(",", ""))


DISK = PersistentMount(size_gb=50, path="/workspace")


@pytest.mark.parametrize(
    ("stopped", "usd"),
    [
        (pod(PodStatus.EXITED, network=None, persistent=DISK), Decimal("10.00")),
        (pod(PodStatus.EXITED), Decimal(0)),
        (pod(PodStatus.EXITED, network=None, mounts_known=False), None),
    ],
)
def test_what_the_disk_of_a_stopped_pod_costs(stopped: Pod, usd: Decimal | None) -> None:
    assert stopped_storage_per_month(stopped) == usd


@pytest.mark.parametrize(
    ("seen", "keeps"),
    [
        (pod(network=NetworkMount(volume_id="v", path="/w")), True),
        (pod(network=None, persistent=DISK), True),
        (pod(network=None), False),
        (pod(mounts_known=False), False),
    ],
)
def test_data_is_called_kept_only_where_that_is_known(seen: Pod, keeps: bool) -> None:
    assert seen.keeps_data_on_stop is keeps


def test_a_missing_uptime_is_not_zero() -> None:
    assert pod(runtime=None).uptime_s is None
    assert pod(runtime=Runtime()).uptime_s is None
    assert pod(runtime=Runtime(uptime_s=0)).uptime_s == 0


def test_a_spec_shows_no_env_value() -> None:
    spec = PodSpec(name="x", env={"WANDB_API_KEY": "very-secret"})
    assert "very-secret" not in repr(spec)
    with pytest.raises(ValidationError) as raised:
        PodSpec.model_validate({"name": "x", "env": {"WANDB_API_KEY": ["very-secret"]}})
    assert "very-secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("error", "sentence", "text"),
    [
        (errors.TimedOut(), errors.TimedOut.sentence_default, errors.TimedOut.sentence_default),
        (errors.TimedOut("read timed out"), errors.TimedOut.sentence_default, "read timed out"),
        (errors.InvalidRequest("422", sentence="The name is too long."), "The name is too long.", "422"),
        (errors.ChatError(code="not_in_channel"), errors.ChatError.sentence_default, "not_in_channel"),
    ],
)
def test_an_error_has_words_for_people_and_for_the_log(error: errors.PodkeeperError, sentence: str, text: str) -> None:
    assert error.sentence == sentence
    assert str(error) == text


def test_slack_asking_to_wait_says_how_long() -> None:
    error = errors.ChatRateLimited(retry_after_s=12)
    assert (error.retry_after_s, error.code) == (12, "ratelimited")


def test_every_verb_has_a_deadline_and_every_job_a_queue() -> None:
    assert set(DEADLINES) == set(Verb)
    assert set(QUEUE_OF) == set(Job)
