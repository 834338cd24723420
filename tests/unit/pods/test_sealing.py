"""Env values in records: what is no reference to a secret stands there sealed, or not at all."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from pods.model import Cloud, CpuRequest, GpuRequest, PodSpec
from pods.orders import STAMP, Candidate, CreateOrder, copied, spec_of
from pods.sealing import EnvVar, NoSpecKey, Sealer, Unsealable, new_key

ENV = {"WANDB_API_KEY": "{{ RUNPOD_SECRET_WANDB }}", "RUN_NAME": "nlp-large-3"}


def test_a_value_comes_back_as_it_was_and_does_not_stand_in_the_record() -> None:
    sealer = Sealer(new_key())
    kept = sealer.seal(ENV)
    order = CreateOrder(name="n", candidates=(Candidate(gpu=GpuRequest(id="x")),), env=kept)
    assert sealer.open(order.env) == ENV
    for text in (order.model_dump_json(), repr(order), str(order)):
        assert "nlp-large-3" not in text
    assert "{{ RUNPOD_SECRET_WANDB }}" in order.model_dump_json()


def test_without_a_key_only_references_are_kept() -> None:
    references = {"WANDB_API_KEY": "{{ RUNPOD_SECRET_WANDB }}"}
    assert Sealer().open(Sealer().seal(references)) == references
    with pytest.raises(NoSpecKey) as refused:
        Sealer().seal(ENV)
    assert "`RUN_NAME`" in refused.value.sentence
    assert "PODKEEPER_SPEC_KEY" in refused.value.sentence
    assert "nlp-large-3" not in refused.value.sentence + refused.value.detail


def test_a_key_is_changed_by_putting_the_new_one_first() -> None:
    old, new = new_key(), new_key()
    kept = Sealer(old).seal(ENV)
    assert Sealer(f"{new}, {old}").open(kept) == ENV
    with pytest.raises(Unsealable):
        Sealer(new).open(kept)
    with pytest.raises(NoSpecKey):
        Sealer().open(kept)


@pytest.mark.parametrize("keys", ["short", "not a key at all", "a,b"])
def test_what_is_no_key_is_refused_at_once(keys: str) -> None:
    with pytest.raises(ValueError, match="Fernet"):
        Sealer(keys)


@pytest.mark.parametrize(
    ("reference", "sealed"), [(None, None), ("{{ RUNPOD_SECRET_A }}", "x"), ("plain", None), ("$RUNPOD_SECRET_A", None)]
)
def test_a_record_holds_no_plain_value(reference: str | None, sealed: str | None) -> None:
    with pytest.raises(ValidationError):
        EnvVar(name="A", reference=reference, sealed=sealed)


def test_a_spec_is_stamped_and_takes_its_candidates_place() -> None:
    candidate = Candidate(cpu=CpuRequest(id="cpu5c", vcpu_count=8), cloud=Cloud.SECURE, data_centers=("EU-RO-1",))
    order = CreateOrder(name="prep", image="i", candidates=(candidate,))
    spec = spec_of(order, candidate, "op11111111", {"A": "1"})
    assert spec.name == "prep-op11111111"
    assert spec.env == {"A": "1", STAMP: "op11111111"}
    assert (spec.cpu, spec.gpu, spec.data_centers) == (candidate.cpu, None, ("EU-RO-1",))


def test_a_copy_takes_what_its_pod_is_made_of_but_not_what_runpod_put_there() -> None:
    put = {"PUBLIC_KEY": "ssh-ed25519 x", STAMP: "op0", "RUNPOD_POD_ID": "abc", "A": "1"}
    of = PodSpec(name="old", image="img", args="a b", disk_gb=30, ports=("8888/http",), env=put, registry="cred")
    order, env = copied(CreateOrder(name="n", candidates=(Candidate(),), copy_of="abc"), of)
    assert (order.image, order.args, order.disk_gb, order.ports) == ("img", "a b", 30, ("8888/http",))
    assert (order.start_ssh, order.start_jupyter, order.registry) == (True, False, "cred")
    assert env == {"A": "1"}
