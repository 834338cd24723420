"""Every way Podkeeper says no, drawn once.

PodkeeperError
|-- NotRecorded            Redis did not take it: nothing was done
|-- InvalidSetting         a setting or the policy is wrong
|-- PagerError             the paging service did not take an event
|-- ChatError              Slack did not take a message
|   `-- ChatRateLimited
`-- ProviderError          RunPod did not do it
    |-- Refused            it certainly had no effect
    |   |-- Unauthorized, Forbidden, Blocked, Retired, NeedsRest, NeedsGraphql
    |   |-- PodNotFound, VolumeNotFound, ActionConflict, PodLocked, InvalidRequest (SchemaMoved)
    |   |-- NoCapacity (RaceLost, HostFull, NoSpot), InsufficientBalance
    |   `-- RateLimited, Unreachable
    `-- Unclear            it may have had its effect: read before anything else
        `-- ServerFault, TimedOut, Unreadable

Each carries a `sentence` a person can act on and a `detail` for the operator's log.
"""

from __future__ import annotations


class PodkeeperError(Exception):
    """Something Podkeeper could not do."""

    #: The class's own words, used where the raiser has none better.
    sentence_default = "Something did not work."

    def __init__(self, detail: str = "", *, sentence: str | None = None) -> None:
        self.sentence = sentence or self.sentence_default
        self.detail = detail
        super().__init__(detail or self.sentence)


class NotRecorded(PodkeeperError):
    #: A write whose answer was lost may stand, so this must not promise that nothing happened.
    sentence_default = (
        "Not recorded: my store did not answer. If a message about it appears within a minute, it was recorded after "
        "all; otherwise nothing was done."
    )


class InvalidSetting(PodkeeperError):
    sentence_default = "A setting is wrong."


class ChatError(PodkeeperError):
    """Slack refused or lost a message. `code` is Slack's error word."""

    sentence_default = "Slack did not take the message."

    def __init__(
        self, detail: str = "", *, code: str = "", sentence: str | None = None, maybe_sent: bool = False
    ) -> None:
        super().__init__(detail or code, sentence=sentence)
        self.code = code
        #: True when Slack may have posted it although we never heard so.
        self.maybe_sent = maybe_sent


class ChatRateLimited(ChatError):
    """Slack asks to wait `retry_after_s` seconds."""

    def __init__(self, detail: str = "", *, retry_after_s: float) -> None:
        super().__init__(detail, code="ratelimited")
        self.retry_after_s = retry_after_s


class PagerError(PodkeeperError):
    """The paging service refused or lost an event. `final`: asking again cannot help."""

    sentence_default = "The paging service did not take the alert."

    def __init__(
        self, detail: str = "", *, final: bool = False, retry_after_s: float | None = None, sentence: str | None = None
    ) -> None:
        super().__init__(detail, sentence=sentence)
        self.final = final
        self.retry_after_s = retry_after_s


class ProviderError(PodkeeperError):
    """RunPod did not do, or did not say that it did, what was asked."""

    sentence_default = "RunPod did not do it."

    def __init__(
        self,
        detail: str = "",
        *,
        sentence: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(detail, sentence=sentence)
        self.status = status
        self.request_id = request_id


class Refused(ProviderError):
    """RunPod answered no: certainly nothing changed. `final` says whether asking again can help."""

    final = True


class Unclear(ProviderError):
    """No trustworthy answer: it may have happened. Read the pod before anything else."""

    sentence_default = "RunPod gave no clear answer."


class Unauthorized(Refused):
    sentence_default = "RunPod does not accept my API key. An admin must set a valid RUNPOD_API_KEY."


class Forbidden(Refused):
    sentence_default = "My RunPod API key is not allowed to do this. An admin must give it read and write rights."


class Blocked(Refused):
    sentence_default = "RunPod's gateway blocked the call before it reached the API. An admin should look at the log."


class Retired(Refused):
    sentence_default = "RunPod has switched this part of its API off."


class NeedsRest(Refused):
    sentence_default = "This needs RunPod's REST v2 API, which is switched off here (RUNPOD_API)."


class NeedsGraphql(Refused):
    sentence_default = "This comes from RunPod's GraphQL API, which is switched off here (RUNPOD_API)."


class PodNotFound(Refused):
    sentence_default = "RunPod knows no such pod: it was terminated, or the id is wrong."


class VolumeNotFound(Refused):
    sentence_default = "RunPod knows no such network volume: it was deleted, or the id is wrong."


class ActionConflict(Refused):
    """409: the pod's state changed under us. Read again and report what is."""

    sentence_default = "The pod changed in the meantime."


class PodLocked(Refused):
    sentence_default = "The pod is locked at RunPod, so it cannot be stopped or restarted. Unlock it first."


class InvalidRequest(Refused):
    sentence_default = "RunPod rejected the request as not valid."


class SchemaMoved(InvalidRequest):
    sentence_default = "RunPod's GraphQL API does not know this any more. Podkeeper needs REST v2 or a newer version."


class NoCapacity(Refused):
    sentence_default = "RunPod has no free machine for this right now."


class RaceLost(NoCapacity):
    """The machine that matched was rented by somebody else in the same moment: another may be free."""

    sentence_default = "The machine RunPod had chosen was taken in the same moment."


class NoSpot(NoCapacity):
    sentence_default = (
        "RunPod gives no spot pods for this now. It has announced that it no longer offers them; on demand it may "
        "still be had."
    )


class HostFull(NoCapacity):
    sentence_default = "The pod's host has no free GPU now. Its data sits on that host."


class InsufficientBalance(Refused):
    sentence_default = "The RunPod balance is too low for this. Someone with billing access must add credit."


class RateLimited(Refused):
    """429. `retry_after_s` is RunPod's own figure."""

    final = False
    sentence_default = "RunPod asks us to slow down."

    def __init__(
        self,
        detail: str = "",
        *,
        retry_after_s: int,
        sentence: str | None = None,
        status: int | None = 429,
        request_id: str | None = None,
    ) -> None:
        super().__init__(detail, sentence=sentence, status=status, request_id=request_id)
        self.retry_after_s = retry_after_s


class Unreachable(Refused):
    """No connection was made, so nothing was sent."""

    final = False
    sentence_default = "RunPod's API cannot be reached."


class ServerFault(Unclear):
    sentence_default = "RunPod's API failed and did not say whether it did it."


class TimedOut(Unclear):
    sentence_default = "RunPod's API did not answer in time."


class Unreadable(Unclear):
    sentence_default = "RunPod's answer could not be read."
