"""The policy file as it lies on disk."""

from __future__ import annotations

from app.settings import Settings
from pods.errors import InvalidSetting
from pods.policy import Policy, parse


def read_policy(settings: Settings) -> Policy:
    """Raises InvalidSetting with a sentence for each mistake, or for a file that cannot be read."""
    try:
        text = settings.policy.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InvalidSetting(
            sentence=f"There is no policy file {settings.policy}: copy podkeeper.example.toml to it and name your "
            "people and channels, or set PODKEEPER_POLICY."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSetting(str(error), sentence=f"I cannot read the policy {settings.policy}: {error}.") from error
    return parse(text)
