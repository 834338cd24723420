"""What a preset may say: each mistake people make is refused by name, and no secret is repeated in the refusal."""

from __future__ import annotations

from typing import Any

import pytest

from pods.policy import InvalidPolicy, parse
from pods.presets import Preset

IMAGE = "runpod/pytorch:1.0"


def preset(**changes: Any) -> Preset:
    return Preset.model_validate({"name": "train", "image": IMAGE, "gpus": ("h100",), **changes})


def refused(table: str) -> str:
    with pytest.raises(InvalidPolicy) as error:
        parse(f'[[preset]]\nname = "train"\n{table}\n')
    return error.value.sentence


USUAL = f'image = "{IMAGE}"\ngpus = ["h100"]\n'


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('gpus = ["h100"]', "either an image or a template"),
        (f'image = "{IMAGE}"', 'either gpus = ["..."] or a cpu table'),
        (USUAL + 'template = "tpl1"', "either an image or a template"),
        (USUAL + 'cpu = { flavor = "cpu5c", vcpus = 4 }', "either gpus"),
        (USUAL + 'volume_gb = 20\nnetwork_volume = "v1"', "exclude each other"),
        (USUAL + "volume_gb = 5", "at least 10"),
        (USUAL + 'network_volume = "v1"\nclouds = ["SECURE", "COMMUNITY"]', "secure cloud only"),
        (f'image = "{IMAGE}"\ncpu = {{ flavor = "cpu5c", vcpus = 4 }}\nvolume_gb = 20', "no volume disk"),
        (f'image = "{IMAGE}"\ncpu = {{ flavor = "cpu5c", vcpus = 6 }}', "2, 4, 8, 16"),
        (f'image = "{IMAGE}"\ncpu = {{ flavor = "cpu5c", vcpus = 4 }}\nspot = {{ bid = 0.3 }}', "only GPU pods"),
        (USUAL + 'ports = ["8888"]', '"8888/http" or "22/tcp"'),
        (USUAL + 'ports = ["99999/http"]', '"8888/http" or "22/tcp"'),
        (USUAL + 'ports = ["8888/http"]', 'needs "22/tcp"'),
        (USUAL + 'ports = ["22/tcp"]\njupyter = true', 'needs "8888/http"'),
        (USUAL + f"ports = [{', '.join(f'{chr(34)}{9000 + n}/http{chr(34)}' for n in range(11))}]", "10 HTTP ports"),
        (USUAL + 'mount = "workspace"', "such as /workspace"),
        (USUAL + "clouds = []", '"SECURE", "COMMUNITY"'),
        (USUAL + "gpu_count = 0", "preset.0.gpu_count"),
        (USUAL + "max_price_per_hour = 0", "preset.0.max_price_per_hour"),
        (USUAL + 'colour = "red"', "not a setting I know"),
        (USUAL + "env = { PODKEEPER_OP = 'x' }", "kept for Podkeeper's own mark"),
        (USUAL + "env = { 'A B' = 'x' }", "no name of a variable"),
    ],
)
def test_each_contradiction_is_refused_with_what_to_write_instead(table: str, says: str) -> None:
    assert says in refused(table)


@pytest.mark.parametrize(
    ("name", "value", "write"),
    [
        ("JUPYTER_PASSWORD", "admin123", "{{ RUNPOD_SECRET_jupyter_password }}"),
        ("WANDB_API_KEY", "abcdef", "{{ RUNPOD_SECRET_wandb_api_key }}"),
        ("HF_TOKEN", "hf_abcdefghij", "{{ RUNPOD_SECRET_hf_token }}"),
        ("FOO", "hf_abcdefghij", "{{ RUNPOD_SECRET_foo }}"),
        ("FOO", "sk-abcdefghijkl", "{{ RUNPOD_SECRET_foo }}"),
        ("FOO", "AKIAABCDEFGHIJKL", "{{ RUNPOD_SECRET_foo }}"),
        ("WANDB_API_KEY", "$RUNPOD_SECRET_WANDB", "{{ RUNPOD_SECRET_WANDB }}"),
        ("X", "${RUNPOD_SECRET_x}", "{{ RUNPOD_SECRET_x }}"),
    ],
)
def test_a_plain_secret_is_refused_and_not_repeated(name: str, value: str, write: str) -> None:
    sentence = refused(USUAL + f'env = {{ {name} = "{value}" }}')
    assert write in sentence
    assert name in sentence
    assert value not in sentence


@pytest.mark.parametrize("env", ['{ WANDB_API_KEY = "{{ RUNPOD_SECRET_WANDB }}" }', '{ RUN_NAME = "nlp-3" }', "{}"])
def test_references_and_plain_words_are_taken(env: str) -> None:
    assert parse(f'[[preset]]\nname = "train"\n{USUAL}env = {env}\n').preset[0].name == "train"


@pytest.mark.parametrize("args", ["--NotebookApp.password=hunter2", "serve --api-key sk-123", "TOKEN=abc run"])
def test_a_password_in_the_arguments_is_refused_and_not_repeated(args: str) -> None:
    sentence = refused(USUAL + f'args = "{args}"')
    assert "RUNPOD_SECRET" in sentence
    assert args not in sentence


@pytest.mark.parametrize("args", ["python train.py --tokens 4096", "--NotebookApp.token=''", "--password=$PASS", ""])
def test_harmless_arguments_are_taken(args: str) -> None:
    assert preset(args=args).args == args


def test_a_value_that_is_no_text_is_not_repeated_either() -> None:
    assert "4711" not in refused(USUAL + "env = { PIN = 4711 }")
    assert "4711" not in refused(USUAL + 'env = "PIN=4711"')


def test_two_presets_of_one_name_are_refused() -> None:
    table = f'[[preset]]\nname = "train"\n{USUAL}'
    with pytest.raises(InvalidPolicy, match="train twice"):
        parse(table + table)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, "everything on it is lost when it stops"),
        ({"volume_gb": 50, "training": True}, "so is the data"),
        ({"image": "runpod/pytorch"}, "no tag"),
        ({"jupyter": True}, "password of RunPod's making"),
    ],
)
def test_what_is_mostly_not_meant_is_warned_about(changes: dict[str, Any], says: str) -> None:
    assert any(says in each for each in preset(**changes).warnings)


def test_a_careful_preset_has_nothing_to_be_warned_about() -> None:
    assert preset(network_volume="v1", image="registry.example.com:5000/a/b:1").warnings == ()
