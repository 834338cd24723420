"""What is kept of a pod: enough to make it again, and no value of its env in clear."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pods.model import Gpu, Pod
from pods.recovery.kept_spec import kept, own, same_shape
from pods.recovery.lineage import (
    READ_AGAIN,
    READ_GAP,
    Lack,
    base_name,
    first_of,
    lacks,
    moved_to,
    needs_reading,
    was_read,
    was_unread,
)
from pods.sealing import Sealer, new_key
from tests.unit.recovery.samples import LOCAL, NETWORK, NOON, at, lost, made, rule, spec

ENV = {
    "WANDB_API_KEY": "{{ RUNPOD_SECRET_WANDB }}",
    "HF_TOKEN": "hf_very_secret",
    "PODKEEPER_OP": "abcdefghij",
    "PUBLIC_KEY": "ssh-ed25519 AAAA",
    "RUNPOD_POD_ID": "xyz789",
    "RUNPOD_SECRETIVE": "theirs",
}


def test_values_are_kept_sealed_and_references_in_clear() -> None:
    sealer = Sealer(new_key())
    record = kept(made(env=ENV), lost(), sealer)
    assert "hf_very_secret" not in record.model_dump_json()
    assert "{{ RUNPOD_SECRET_WANDB }}" in record.model_dump_json()
    assert "hf_very_secret" not in repr(record)
    assert sealer.open(record.env) == {
        "HF_TOKEN": "hf_very_secret",
        "WANDB_API_KEY": "{{ RUNPOD_SECRET_WANDB }}",
    }
    assert record.unkept == ()
    assert (record.start_ssh, record.start_jupyter) == (True, False)


def test_without_a_key_the_names_of_what_cannot_be_kept_are_known() -> None:
    record = kept(made(env=ENV), lost(), Sealer())
    assert record.unkept == ("HF_TOKEN",)
    assert [each.name for each in record.env] == ["WANDB_API_KEY"]
    assert "hf_very_secret" not in record.model_dump_json()


@pytest.mark.parametrize(
    ("name", "ours"),
    [("HF_TOKEN", True), ("PODKEEPER_OP", False), ("RUNPOD_POD_ID", False), ("JUPYTER_PASSWORD", False)],
)
def test_what_is_put_into_every_pod_anew_is_not_copied(name: str, ours: bool) -> None:
    assert own(name) is ours


def test_how_many_gpus_there_were_is_what_it_worked_with() -> None:
    four = kept(made(), lost(gpu=Gpu(id="NVIDIA H100 80GB HBM3", count=4)), Sealer())
    assert four.gpu is not None
    assert four.gpu.count == 4
    none_now = kept(made(), lost(gpu=Gpu(id="NVIDIA H100 80GB HBM3", count=0)), Sealer())
    assert none_now.gpu is not None
    assert none_now.gpu.count == 2


def test_a_spot_pods_bid_is_what_it_cost_per_gpu() -> None:
    assert kept(made(), lost(spot=True), Sealer()).bid == Decimal("3.29")
    assert kept(made(), lost(), Sealer()).bid is None


LISTED = lost(env_names=("RUN_NAME", "WANDB_API_KEY", "PODKEEPER_OP"))


@pytest.mark.parametrize(
    ("pod", "same"),
    [
        (LISTED, True),
        (LISTED.model_copy(update={"gpu": Gpu(id="NVIDIA H100 80GB HBM3", count=0)}), True),
        (LISTED.model_copy(update={"gpu": Gpu(id="NVIDIA H100 80GB HBM3", count=4)}), False),
        (LISTED.model_copy(update={"image": "other"}), False),
        (LISTED.model_copy(update={"ports": ()}), False),
        (LISTED.model_copy(update={"env_names": ("RUN_NAME",)}), False),
    ],
)
def test_whether_a_listed_pod_is_still_what_was_kept(pod: Pod, same: bool) -> None:
    assert same_shape(spec(), pod) is same


def test_a_spec_is_read_at_first_then_when_it_differs_or_grows_old_but_not_in_a_row() -> None:
    fresh = first_of(LISTED)
    assert needs_reading(fresh, LISTED, NOON)
    failed = was_unread(fresh, "RunPod's API cannot be reached.", NOON)
    assert not needs_reading(failed, LISTED, at(60))
    assert needs_reading(failed, LISTED, NOON + READ_GAP)
    known = was_read(fresh, spec(), NOON)
    assert not needs_reading(known, LISTED, at(3600))
    assert needs_reading(known, LISTED.model_copy(update={"image": "other"}), at(3600))
    assert needs_reading(known, LISTED, NOON + READ_AGAIN)


def test_a_lineage_keeps_its_name_and_its_earlier_pods() -> None:
    first = first_of(lost(name="llama-ft-abcdefghij"))
    second = moved_to(first, "new456")
    assert (second.lineage, second.name, second.earlier, second.pod_id) == ("xyz789", "llama-ft", ("xyz789",), "new456")
    assert base_name("llama-ft") == "llama-ft"


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        (lost(), {Lack.ENV_NOT_KEPT, Lack.ONE_CENTER}),
        (lost(network=None, persistent=LOCAL), {Lack.HOST_LOCAL}),
        (lost(network=None), {Lack.NOTHING_KEPT, Lack.ENV_NOT_KEPT}),
        (lost(network=NETWORK, locked=True), {Lack.LOCKED, Lack.ENV_NOT_KEPT, Lack.ONE_CENTER}),
        (lost(network=None, mounts_known=False), {Lack.MOUNTS_UNKNOWN}),
    ],
)
def test_what_protection_cannot_do_is_known_while_the_pod_still_runs(pod: Pod, expected: set[Lack]) -> None:
    assert set(lacks(was_read(first_of(pod), spec(pod), NOON), pod, rule())) == expected


def test_a_rule_that_only_resumes_needs_no_env() -> None:
    known = was_read(first_of(lost()), spec(), NOON)
    assert lacks(known, lost(), rule(moves=("resume",))) == ()
