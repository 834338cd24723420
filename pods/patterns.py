"""What many pods show together: a list without figures, a data center that went down. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from pods.sights import Sight, Stage

#: So many pods at once, and so large a share of those there are, show something in common.
AT_LEAST: Final = 3
SHARE: Final = 0.8


def list_is_mute(sights: Collection[Sight]) -> bool:
    """Whether nearly every pod fell silent: then the list lost its figures, and no container ended."""
    speaking = [each for each in sights if each.spoke and each.stage in {Stage.WELL, Stage.SUSPECT}]
    silent = [each for each in speaking if each.silent_since is not None]
    return len(silent) >= AT_LEAST and len(silent) >= SHARE * len(speaking)


def struck(sights: Collection[Sight]) -> dict[str, str]:
    """Data center -> what struck it, where nearly all of it went down together and others stand."""
    watched = [each for each in sights if each.stage is not Stage.RESTING and each.pod.data_center]
    down = [each for each in watched if each.stage in {Stage.SUSPECT, Stage.LOST}]
    words = {}
    for center in {str(each.pod.data_center) for each in down}:
        here = [each for each in watched if each.pod.data_center == center]
        fallen = [each for each in down if each.pod.data_center == center]
        others_stand = any(each.stage is Stage.WELL for each in watched if each.pod.data_center != center)
        if len(fallen) >= AT_LEAST and len(fallen) >= SHARE * len(here) and others_stand:
            words[center] = f"{len(fallen)} of {len(here)} running pods in {center}"
    return words
