from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.settings import FIXES, ROOT, SECRETS, RunpodApi, Settings, load_settings, missing, require_complete
from pods.errors import InvalidSetting


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FIXES:
        monkeypatch.delenv(name, raising=False)


def env_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / ".env"
    path.write_text(text, encoding="utf-8")
    return path


def test_nothing_set_is_valid_and_reaches_the_real_services() -> None:
    settings = load_settings(None)
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.runpod_rest_url == "https://api.runpod.io/v2"
    assert settings.runpod_api is RunpodApi.AUTO
    assert (settings.redis_url, settings.http_port, settings.account) == (None, None, "main")


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = env_file(tmp_path, "RUNPOD_API=rest\nPODKEEPER_ACCOUNT=lab\n")
    monkeypatch.setenv("RUNPOD_API", "graphql")
    settings = load_settings(path)
    assert (settings.runpod_api, settings.account) == (RunpodApi.GRAPHQL, "lab")


def test_an_empty_value_hides_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = env_file(tmp_path, "RUNPOD_API_KEY=rpa_REALREAL\nPODKEEPER_HTTP_PORT=8080\n")
    monkeypatch.setenv("RUNPOD_API_KEY", "")
    monkeypatch.setenv("PODKEEPER_HTTP_PORT", "")
    settings = load_settings(path)
    assert (settings.runpod_api_key, settings.http_port) == (None, None)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("SLACK_BOT_TOKEN", "xapp-1-wrong"),
        ("SLACK_APP_TOKEN", "xoxb-wrong"),
        ("SLACK_API_URL", "slack.com"),
        ("SLACK_TEAM_ID", "acme"),
        ("RUNPOD_API_KEY", "two words"),
        ("RUNPOD_API", "soap"),
        ("RUNPOD_REST_URL", "ftp://x"),
        ("RUNPOD_GRAPHQL_URL", "x"),
        ("REDIS_URL", "localhost:6379"),
        ("PODKEEPER_ACCOUNT", "Über"),
        ("PODKEEPER_CLOCK_URL", "noon"),
        ("PODKEEPER_HTTP_PORT", "70000"),
        ("PODKEEPER_LOG", "xml"),
        ("PODKEEPER_LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_value_is_named_with_its_fix(monkeypatch: pytest.MonkeyPatch, key: str, value: str) -> None:
    monkeypatch.setenv(key, value)
    with pytest.raises(InvalidSetting) as refused:
        load_settings(None)
    told = refused.value.sentence + refused.value.detail
    assert key in told
    assert FIXES[key] in told
    assert (value in told) is (key not in SECRETS)
    assert refused.value.__cause__ is None


def test_all_mistakes_are_told_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RUNPOD_API", "soap")
    monkeypatch.setenv("PODKEEPER_LOG", "xml")
    with pytest.raises(InvalidSetting) as refused:
        load_settings(env_file(tmp_path, "SLACK_BOT_TOKN=xoxb-1\n"))
    assert len(refused.value.sentence.splitlines()) == 3


def test_a_slip_in_the_file_is_named_with_the_nearest_setting(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting) as refused:
        load_settings(env_file(tmp_path, "SLACK_BOT_TOKN=xoxb-1\nHTTP_PROXY=x\n"))
    assert refused.value.sentence == "`SLACK_BOT_TOKN` in .env is not a setting I know; did you mean SLACK_BOT_TOKEN?"


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-hush")
    monkeypatch.setenv("REDIS_URL", "redis://:hush@localhost:6379/0")
    settings = load_settings(None)
    assert "hush" not in repr(settings)
    assert "hush" not in settings.model_dump_json()
    assert settings.bot_token == "xoxb-hush"


def test_what_the_bot_lacks_is_told_together() -> None:
    with pytest.raises(InvalidSetting) as refused:
        require_complete(load_settings(None))
    for key in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "RUNPOD_API_KEY"):
        assert key in refused.value.sentence


def test_http_mode_needs_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in {"SLACK_BOT_TOKEN": "xoxb-1", "RUNPOD_API_KEY": "rpa_1", "SLACK_SIGNING_SECRET": "s"}.items():
        monkeypatch.setenv(key, value)
    assert "PODKEEPER_HTTP_PORT" in missing(load_settings(None))[0]
    monkeypatch.setenv("PODKEEPER_HTTP_PORT", "8080")
    assert missing(load_settings(None)) == []


def test_a_missing_secret_is_asked_for_by_name() -> None:
    with pytest.raises(InvalidSetting, match="RUNPOD_API_KEY"):
        _ = Settings(_env_file=None).api_key


def test_addresses_end_as_their_users_expect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:1/api")
    monkeypatch.setenv("RUNPOD_REST_URL", "http://127.0.0.1:1/v2/")
    settings = load_settings(None)
    assert settings.slack_api_url == "http://127.0.0.1:1/api/"
    assert settings.runpod_rest_url == "http://127.0.0.1:1/v2"


def test_every_setting_has_a_fix_and_the_example_names_all_of_them_and_no_other() -> None:
    names = {str(field.validation_alias) for field in Settings.model_fields.values()}
    assert names == set(FIXES)
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    named = [
        line.lstrip("# ").split("=")[0] for line in lines if "=" in line and line.lstrip("# ").split("=")[0].isupper()
    ]
    assert sorted(named) == sorted(names)


def test_the_example_is_read_as_it_stands(tmp_path: Path) -> None:
    assert load_settings(ROOT / ".env.example").account == "main"
    assert os.environ.get("SLACK_BOT_TOKEN") is None
