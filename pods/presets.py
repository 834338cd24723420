"""What a team creates again and again, declared once: a `[[preset]]` of the policy. Pure.

The mistakes people make with pods are refused here, by name: plain secrets, passwords anybody can guess, ports in the
wrong form, disks that exclude each other. A preset that stands can be created.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, Self

from pydantic import Field, field_validator, model_validator

from pods.model import Cloud
from pods.roles import Role, RoleName
from pods.sealing import is_reference
from pods.tables import Table, UserId

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_PORT: Final = re.compile(r"(?P<number>\d{1,5})/(?P<kind>http|tcp)")
_ENV_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
#: Names whose values are secrets, whatever they look like.
_SECRET_NAME: Final = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|PASS|SECRET|TOKEN|KEY|APIKEY|CREDENTIALS?|PRIVATE)(?:_|$)", re.IGNORECASE
)
#: What tokens of well-known services begin with.
_TOKEN: Final = re.compile(
    r"^(?:hf_|sk-|ghp_|gho_|github_pat_|glpat-|xox[abprs]-|AKIA|ASIA|rpa_|rp_|AIza|wandb_|eyJ)[\w.-]{8,}"
)
_SHELL_SECRET: Final = re.compile(r"\$\{?RUNPOD_SECRET_(?P<name>\w+)\}?")
_PASSWORD_IN_ARGS: Final = re.compile(r"(?i)(?:password|passwd|token|api[_-]?key)\s*[= ]\s*['\"]?(?P<value>[^\s'\"]*)")
MOST_HTTP_PORTS: Final = 10
MOST_ENV: Final = 50
SMALLEST_VOLUME_GB: Final = 10
SSH: Final = "22/tcp"
JUPYTER: Final = "8888/http"


class Pick(StrEnum):
    """Which candidate is asked for first."""

    #: As the preset lists them; what the catalog says is out comes last.
    ORDER = "order"
    CHEAPEST = "cheapest"


class SpotRule(Table):
    """Rent what others may take away for a higher bid. RunPod has announced that it no longer offers this."""

    #: USD per GPU and hour.
    bid: Decimal = Field(gt=0, le=100)


class CpuRule(Table):
    #: RunPod's flavor id, such as "cpu5c".
    flavor: str = Field(min_length=1)
    vcpus: int = Field(ge=2, le=128)

    @field_validator("vcpus")
    @classmethod
    def _power_of_two(cls, value: int) -> int:
        if value.bit_count() != 1:
            raise ValueError("must be 2, 4, 8, 16, 32 and so on")
        return value


class Preset(Table):
    name: str
    #: One line for `/pod presets`.
    about: str = Field(default="", max_length=200)
    image: str = ""
    #: RunPod's template id, instead of an image.
    template: str = ""
    #: In the order they are asked for: RunPod's ids, or words such as "h100" that the catalog knows.
    gpus: tuple[str, ...] = ()
    gpu_count: int = Field(default=1, ge=1, le=16)
    cpu: CpuRule | None = None
    pick: Pick = Pick.ORDER
    clouds: tuple[Cloud, ...] = (Cloud.SECURE,)
    #: In this order; empty: RunPod chooses.
    data_centers: tuple[str, ...] = ()
    spot: SpotRule | None = None
    #: Container disk; wiped by a stop.
    disk_gb: int = Field(default=20, ge=1, le=4000)
    #: Disk on the pod's host: outlives a stop, dies with the pod. 0: none.
    volume_gb: int = Field(default=0, ge=0, le=4000)
    #: Id of a network volume, which lives on its own.
    network_volume: str = ""
    mount: str = "/workspace"
    ports: tuple[str, ...] = (JUPYTER, SSH)
    env: Mapping[str, str] = Field(default_factory=dict)
    ssh: bool = True
    jupyter: bool = False
    #: What the container is started with.
    args: str = ""
    #: Id of RunPod's credentials for a private image.
    registry: str = ""
    #: USD per hour of compute for the whole pod; what costs more is not asked for.
    max_price_per_hour: Decimal | None = Field(default=None, gt=0)
    #: Losing it pages on-call.
    training: bool = False
    #: Name of the [[recovery]] rule that brings it back; empty: it is told of, not brought back.
    recovery: str = ""
    #: Hours it is wanted for, unless `lease=` says otherwise; 0: no end.
    lease_h: float = Field(default=0, ge=0, le=24 * 366)
    #: The least role that may create it, and who may besides holding it; empty: everybody of that role.
    role: RoleName = Role.OPERATOR
    users: tuple[UserId, ...] = ()

    @property
    def lease(self) -> timedelta | None:
        return timedelta(hours=self.lease_h) if self.lease_h else None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is allowed and mostly not meant."""
        return tuple(_doubts(self))

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        if not _NAME.fullmatch(value):
            raise ValueError("must be lower-case letters, digits and hyphens, such as train-h100")
        return value

    @field_validator("mount")
    @classmethod
    def _mount(cls, value: str) -> str:
        if not value.startswith("/") or value == "/":
            raise ValueError("must be a directory of the pod such as /workspace")
        return value

    @field_validator("clouds")
    @classmethod
    def _clouds(cls, value: tuple[Cloud, ...]) -> tuple[Cloud, ...]:
        if not value:
            raise ValueError('must name "SECURE", "COMMUNITY" or both, in the order they are tried')
        return value

    @field_validator("ports")
    @classmethod
    def _ports(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for port in value:
            found = _PORT.fullmatch(port)
            if found is None or not 0 < int(found["number"]) <= 65535:  # noqa: PLR2004 - the highest port there is
                raise ValueError(f'holds {port!r}: write each as "8888/http" or "22/tcp"')
        if sum(port.endswith("/http") for port in value) > MOST_HTTP_PORTS:
            raise ValueError(f"has more than the {MOST_HTTP_PORTS} HTTP ports that RunPod's proxy serves")
        return value

    @field_validator("env")
    @classmethod
    def _env(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        if len(value) > MOST_ENV:
            raise ValueError(f"has more than the {MOST_ENV} variables RunPod takes")
        for name, text in value.items():
            if wrong := env_problem(name, text):
                raise ValueError(wrong)
        return value

    @field_validator("args")
    @classmethod
    def _args(cls, value: str) -> str:
        found = _PASSWORD_IN_ARGS.search(value)
        if found is not None and found["value"] and not found["value"].startswith("$"):
            raise ValueError(
                "holds a password or token in plain. Anybody who reads the policy or the pod has it: set it as an env "
                'variable with a value such as "{{ RUNPOD_SECRET_jupyter }}"'
            )
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if wrong := next(_contradictions(self), None):
            raise ValueError(f"{self.name}: {wrong}")
        return self


def env_problem(name: str, value: str) -> str | None:
    """Why a variable may not stand in a policy, in words that hold none of its value."""
    if not _ENV_NAME.fullmatch(name):
        return f"holds {name!r}, which is no name of a variable"
    if name.startswith("PODKEEPER_"):
        return f"sets {name}, a name that is kept for Podkeeper's own mark"
    if is_reference(value):
        return None
    if found := _SHELL_SECRET.search(value):
        return f'sets {name} to a shell variable, which RunPod does not fill in; write "{_secret(found["name"])}"'
    if _SECRET_NAME.search(name) or _TOKEN.match(value):
        return (
            f"sets {name} in plain. Anybody who reads this file has it, and a password that stands in a file is soon a "
            f'weak one: make a RunPod secret and write "{_secret(name.lower())}"'
        )
    return None


def _secret(name: str) -> str:
    return "{{ RUNPOD_SECRET_" + name + " }}"


def _contradictions(preset: Preset) -> Iterator[str]:
    secure_only = preset.clouds == (Cloud.SECURE,)
    rules = (
        (bool(preset.image) == bool(preset.template), "give it either an image or a template"),
        (bool(preset.gpus) == (preset.cpu is not None), 'give it either gpus = ["..."] or a cpu table'),
        (
            bool(preset.volume_gb and preset.network_volume),
            "volume_gb and network_volume exclude each other; a pod has one or the other",
        ),
        (
            0 < preset.volume_gb < SMALLEST_VOLUME_GB,
            f"volume_gb must be at least {SMALLEST_VOLUME_GB}, or 0 for none",
        ),
        (preset.cpu is not None and preset.volume_gb > 0, "a CPU pod has no volume disk; take volume_gb out"),
        (
            bool(preset.network_volume) and Cloud.COMMUNITY in preset.clouds,
            'network volumes exist in the secure cloud only; write clouds = ["SECURE"]',
        ),
        (
            preset.cpu is not None and not secure_only,
            'CPU pods exist in the secure cloud only; write clouds = ["SECURE"]',
        ),
        (preset.spot is not None and preset.cpu is not None, "only GPU pods can be spot"),
        (preset.ssh and SSH not in preset.ports, f'ssh = true needs "{SSH}" among its ports'),
        (preset.jupyter and JUPYTER not in preset.ports, f'jupyter = true needs "{JUPYTER}" among its ports'),
    )
    return (sentence for broken, sentence in rules if broken)


def _doubts(preset: Preset) -> Iterator[str]:
    if not preset.volume_gb and not preset.network_volume:
        yield "It has no volume: everything on it is lost when it stops."
    if preset.volume_gb and preset.training:
        yield "It is for training and its data lives on one host: where that host is lost, so is the data."
    if preset.jupyter and not _sets_jupyter_password(preset):
        yield "Jupyter gets a password of RunPod's making, which stands in the pod's env."
    if preset.image and ":" not in preset.image.rpartition("/")[2]:
        yield "Its image has no tag: tomorrow's pod may run another one."


def _sets_jupyter_password(preset: Preset) -> bool:
    return any(name in preset.env for name in ("JUPYTER_PASSWORD", "JUPYTER_TOKEN"))


def once(presets: tuple[Preset, ...]) -> tuple[Preset, ...]:
    seen: set[str] = set()
    for each in presets:
        if each.name in seen:
            raise ValueError(f"has {each.name} twice; keep one")
        seen.add(each.name)
    return presets


def may_create(preset: Preset, user: str, role: Role) -> bool:
    """Whether somebody of that role, here, may make one of it. An admin always may."""
    if role is Role.ADMIN:
        return True
    return role >= preset.role and (not preset.users or user in preset.users)
