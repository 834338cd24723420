"""What the environment and `.env` tell Podkeeper. Every mistake is named by key, value and what to write instead.

An empty value counts as not set, and hides the same key in `.env`: that is how the demo keeps real keys out.
"""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from rapidfuzz import process

from pods.errors import InvalidSetting
from pods.proxy_urls import PROXY

#: The checkout: where `deploy/`, `.env` and `podkeeper.toml` are.
ROOT: Final = Path(__file__).resolve().parent.parent

SLACK_API: Final = "https://slack.com/api/"
RUNPOD_REST: Final = "https://api.runpod.io/v2"
RUNPOD_GRAPHQL: Final = "https://api.runpod.io/graphql"
PAGERDUTY_EVENTS: Final = "https://events.pagerduty.com/v2/enqueue"
RUNPOD_PROXY: Final = PROXY


class RunpodApi(StrEnum):
    """Which of RunPod's two APIs may be used."""

    AUTO = "auto"
    REST = "rest"
    GRAPHQL = "graphql"


class LogFormat(StrEnum):
    JSON = "json"
    TEXT = "text"


class LogLevel(StrEnum):
    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


def _shaped(pattern: str) -> AfterValidator:
    shape = re.compile(pattern)

    def check(value: Any) -> Any:  # noqa: ANN401 - strings and secrets alike
        text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        if not shape.fullmatch(text):
            raise ValueError("shape")
        return value

    return AfterValidator(check)


_URL: Final = _shaped(r"https?://[^\s/]+\S*")
_URL_OF_PORT: Final = _shaped(r"https?://\S*\{pod\}\S*\{port\}\S*")


def _with_slash(url: str) -> str:
    return url if url.endswith("/") else url + "/"


def _without_slash(url: str) -> str:
    return url.rstrip("/")


class Settings(BaseSettings):
    """One process's settings. Secrets show as asterisks wherever this is printed."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, env_file_encoding="utf-8")

    slack_bot_token: Annotated[SecretStr, _shaped(r"xoxb-\S+")] | None = Field(None, validation_alias="SLACK_BOT_TOKEN")
    #: Present: Socket Mode.
    slack_app_token: Annotated[SecretStr, _shaped(r"xapp-\S+")] | None = Field(None, validation_alias="SLACK_APP_TOKEN")
    #: For HTTP mode, where Slack calls us.
    slack_signing_secret: SecretStr | None = Field(None, validation_alias="SLACK_SIGNING_SECRET")
    slack_api_url: Annotated[str, _URL, AfterValidator(_with_slash)] = Field(
        SLACK_API, validation_alias="SLACK_API_URL"
    )
    #: The only workspace that is listened to; absent: the bot token's own.
    slack_team_id: Annotated[str, _shaped(r"[TE][A-Z0-9]+")] | None = Field(None, validation_alias="SLACK_TEAM_ID")
    runpod_api_key: Annotated[SecretStr, _shaped(r"\S+")] | None = Field(None, validation_alias="RUNPOD_API_KEY")
    runpod_api: RunpodApi = Field(RunpodApi.AUTO, validation_alias="RUNPOD_API")
    runpod_rest_url: Annotated[str, _URL, AfterValidator(_without_slash)] = Field(
        RUNPOD_REST, validation_alias="RUNPOD_REST_URL"
    )
    runpod_graphql_url: Annotated[str, _URL, AfterValidator(_without_slash)] = Field(
        RUNPOD_GRAPHQL, validation_alias="RUNPOD_GRAPHQL_URL"
    )
    #: How a pod's HTTP port is reached; {pod} and {port} stand for its id and number.
    runpod_proxy_url: Annotated[str, _URL_OF_PORT, AfterValidator(_without_slash)] = Field(
        RUNPOD_PROXY, validation_alias="RUNPOD_PROXY_URL"
    )
    #: Absent: `up` and `demo` start a Valkey of their own. Secret because it may hold a password.
    redis_url: Annotated[SecretStr, _shaped(r"(redis|rediss|unix)://\S+")] | None = Field(
        None, validation_alias="REDIS_URL"
    )
    #: Of a service integration "Events API v2"; absent: nobody is paged.
    pagerduty_key: Annotated[SecretStr, _shaped(r"[A-Za-z0-9]{32}")] | None = Field(
        None, validation_alias="PAGERDUTY_ROUTING_KEY"
    )
    pagerduty_url: Annotated[str, _URL] = Field(PAGERDUTY_EVENTS, validation_alias="PAGERDUTY_URL")
    policy: Path = Field(Path("podkeeper.toml"), validation_alias="PODKEEPER_POLICY")
    data: Path = Field(Path("data"), validation_alias="PODKEEPER_DATA")
    account: Annotated[str, _shaped(r"[a-z0-9][a-z0-9-]{0,31}")] = Field("main", validation_alias="PODKEEPER_ACCOUNT")
    #: Demo only: the simulator's clock is everybody's.
    clock_url: Annotated[str, _URL] | None = Field(None, validation_alias="PODKEEPER_CLOCK_URL")
    #: Where pods reach the bot's port; absent: heartbeats over HTTP are switched off.
    heartbeat_url: Annotated[str, _URL, AfterValidator(_without_slash)] | None = Field(
        None, validation_alias="PODKEEPER_HEARTBEAT_URL"
    )
    #: Health, metrics and, in HTTP mode, Slack's requests. Absent: no port is opened.
    http_port: Annotated[int, Field(ge=1, le=65535)] | None = Field(None, validation_alias="PODKEEPER_HTTP_PORT")
    #: Keys, parted by commas, that seal env values in records; the first one seals, all open.
    spec_key: Annotated[SecretStr, _shaped(r"[A-Za-z0-9_-]{43}=(\s*,\s*[A-Za-z0-9_-]{43}=)*")] | None = Field(
        None, validation_alias="PODKEEPER_SPEC_KEY"
    )
    log: LogFormat = Field(LogFormat.TEXT, validation_alias="PODKEEPER_LOG")
    log_level: LogLevel = Field(LogLevel.INFO, validation_alias="PODKEEPER_LOG_LEVEL")

    @model_validator(mode="before")
    @classmethod
    def _tidy(cls, values: dict[str, Any]) -> dict[str, Any]:
        tidy = {key: value.strip() if isinstance(value, str) else value for key, value in values.items()}
        return {key: value for key, value in tidy.items() if value not in ("", None)}

    @property
    def bot_token(self) -> str:
        return _present("SLACK_BOT_TOKEN", self.slack_bot_token)

    @property
    def app_token(self) -> str:
        return _present("SLACK_APP_TOKEN", self.slack_app_token)

    @property
    def signing_secret(self) -> str:
        return _present("SLACK_SIGNING_SECRET", self.slack_signing_secret)

    @property
    def api_key(self) -> str:
        return _present("RUNPOD_API_KEY", self.runpod_api_key)

    @property
    def spec_keys(self) -> str:
        return self.spec_key.get_secret_value() if self.spec_key else ""

    @property
    def redis_address(self) -> str:
        return _present("REDIS_URL", self.redis_url)

    @property
    def socket_mode(self) -> bool:
        return self.slack_app_token is not None


#: What to write, per key. Used wherever a value is wrong or missing.
FIXES: Final[dict[str, str]] = {
    "SLACK_BOT_TOKEN": "write the bot token that starts with xoxb- (Slack app, OAuth & Permissions).",
    "SLACK_APP_TOKEN": "write the app-level token that starts with xapp- (Slack app, Basic Information, "
    "App-Level Tokens, scope connections:write).",
    "SLACK_SIGNING_SECRET": "write the signing secret (Slack app, Basic Information).",
    "SLACK_API_URL": f"write a web address such as {SLACK_API}, or leave it out.",
    "SLACK_TEAM_ID": "write the workspace id that starts with T, or leave it out.",
    "RUNPOD_API_KEY": "write an API key with read and write rights (RunPod console, Settings, API Keys).",
    "RUNPOD_API": "write auto, rest or graphql.",
    "RUNPOD_REST_URL": f"write a web address such as {RUNPOD_REST}, or leave it out.",
    "RUNPOD_GRAPHQL_URL": f"write a web address such as {RUNPOD_GRAPHQL}, or leave it out.",
    "RUNPOD_PROXY_URL": f"write a web address with {{pod}} and {{port}} in it such as {RUNPOD_PROXY}, or leave it out.",
    "REDIS_URL": "write an address such as redis://:password@host:6379/0, or leave it out and use `up`.",
    "PAGERDUTY_ROUTING_KEY": "write the 32 letters and digits of a service's Events API v2 integration, or "
    "leave it out.",
    "PAGERDUTY_URL": f"write a web address such as {PAGERDUTY_EVENTS}, or leave it out.",
    "PODKEEPER_POLICY": "write the path of the policy file.",
    "PODKEEPER_DATA": "write the path of a directory.",
    "PODKEEPER_ACCOUNT": "write up to 32 lower-case letters, digits and hyphens, such as main.",
    "PODKEEPER_CLOCK_URL": "leave it out; only the demo uses it.",
    "PODKEEPER_HTTP_PORT": "write a port from 1 to 65535, or leave it out.",
    "PODKEEPER_SPEC_KEY": "write a key made by `./podkeeper spec-key`; to change it, the new one first, then a comma "
    "and the old one.",
    "PODKEEPER_HEARTBEAT_URL": "write the web address at which pods reach PODKEEPER_HTTP_PORT, or leave it out.",
    "PODKEEPER_LOG": "write json or text.",
    "PODKEEPER_LOG_LEVEL": "write DEBUG, INFO, WARNING or ERROR.",
}

NAMES: Final = frozenset(FIXES)
SECRETS: Final = frozenset(
    {
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "SLACK_SIGNING_SECRET",
        "RUNPOD_API_KEY",
        "REDIS_URL",
        "PAGERDUTY_ROUTING_KEY",
        "PODKEEPER_SPEC_KEY",
    }
)
_OURS: Final = ("SLACK_", "RUNPOD_", "REDIS_", "PAGERDUTY_", "PODKEEPER_")
#: Read by the `podkeeper` script, not by the program.
_OF_THE_SCRIPT: Final = frozenset({"PODKEEPER_VENV"})


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """Read the environment and, below it, `.env`. Raises InvalidSetting naming every mistake at once."""
    problems = _unknown_keys(env_file)
    try:
        settings = Settings(_env_file=env_file)
    except ValidationError as error:
        problems += [_explain(problem["loc"], problem["input"]) for problem in error.errors(include_url=False)]
        raise _invalid(problems) from None
    if problems:
        raise _invalid(problems)
    return settings


def missing(settings: Settings) -> list[str]:
    """One sentence for each setting without which the bot cannot run."""
    sentences = [
        f"`{key}` is not set; {FIXES[key]}"
        for key, value in (("SLACK_BOT_TOKEN", settings.slack_bot_token), ("RUNPOD_API_KEY", settings.runpod_api_key))
        if value is None
    ]
    if settings.slack_app_token is None and settings.slack_signing_secret is None:
        sentences.append(f"`SLACK_APP_TOKEN` is not set; {FIXES['SLACK_APP_TOKEN']} HTTP mode needs more: see README.")
    elif settings.slack_app_token is None and settings.http_port is None:
        sentences.append(f"`PODKEEPER_HTTP_PORT` is not set and HTTP mode needs it; {FIXES['PODKEEPER_HTTP_PORT']}")
    return sentences


def require_complete(settings: Settings) -> None:
    """Raises InvalidSetting naming everything the bot still lacks."""
    if sentences := missing(settings):
        raise _invalid(sentences)


def require_port_for_heartbeats(settings: Settings) -> None:
    """Asked by the bot alone, whose port it is. Raises InvalidSetting."""
    if settings.heartbeat_url is not None and settings.http_port is None:
        raise _invalid([f"`PODKEEPER_HTTP_PORT` is not set and heartbeats need it; {FIXES['PODKEEPER_HTTP_PORT']}"])


def _present(key: str, value: SecretStr | None) -> str:
    if value is None:
        raise _invalid([f"`{key}` is not set; {FIXES[key]}"])
    return value.get_secret_value()


def _explain(loc: tuple[int | str, ...], value: object) -> str:
    key = str(loc[0]).upper() if loc else "?"
    fix = FIXES.get(key, "correct it or leave it out.")
    shown = "set, but not usable" if key in SECRETS else repr(value)
    return f"`{key}` is {shown}; {fix}"


def _unknown_keys(env_file: Path | None) -> list[str]:
    """Keys in `.env` that look like ours and are not: nearly always a slip of the keyboard."""
    if env_file is None or not env_file.is_file():
        return []
    keys = [key.upper() for key in dotenv_values(env_file)]
    strangers = [key for key in keys if key.startswith(_OURS) and key not in NAMES | _OF_THE_SCRIPT]
    return [f"`{key}` in {env_file.name} is not a setting I know;{_nearest(key)}" for key in strangers]


def _nearest(key: str) -> str:
    found = process.extractOne(key, sorted(NAMES), score_cutoff=70)
    return f" did you mean {found[0]}?" if found else " remove it."


def _invalid(problems: list[str]) -> InvalidSetting:
    return InvalidSetting("; ".join(problems), sentence="\n".join(problems))
