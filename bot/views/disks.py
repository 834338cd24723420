"""What a pod's disks keep, lose and cost. Where it is not known what is mounted, nothing is called kept."""

from __future__ import annotations

from bot.views.figures import per_month
from bot.views.text import code, listed
from pods.model import Pod, PodStatus
from pods.money import stopped_storage_per_month


def container_disk(pod: Pod) -> str:
    return "container disk" if pod.disk_gb is None else f"container disk ({pod.disk_gb} GB)"


def size_of_container(pod: Pod) -> str:
    return "its container disk" if pod.disk_gb is None else f"{pod.disk_gb} GB container disk"


def volume_disk(pod: Pod) -> str:
    if pod.persistent is None:
        return ""
    return f"volume disk ({pod.persistent.size_gb} GB at {code(pod.persistent.path)})"


def network_volume(pod: Pod) -> str:
    if pod.network is None:
        return ""
    return f"network volume {code(pod.network.volume_id)} (at {code(pod.network.path)})"


def terminate_takes(pod: Pod) -> str:
    """For the question before a terminate."""
    if not pod.mounts_known:
        return (
            "RunPod did not say what disks it has. Count everything on its container disk and volume disk as gone for "
            "good; only a network volume would outlive it."
        )
    gone = listed([each for each in (_container_disk_left(pod), volume_disk(pod)) if each])
    wiped = " Its container disk was wiped when it stopped." if pod.status is PodStatus.EXITED else ""
    return f"Gone for good: {gone or 'only the pod itself'}.{wiped} {_kept_after_terminate(pod)}"


def terminate_took(pod: Pod | None) -> str:
    """For the message after one."""
    if pod is None or not pod.mounts_known:
        return "What disks it had is not known; at most a network volume is left."
    gone = listed([each for each in (_container_disk_left(pod), volume_disk(pod)) if each])
    return f"Gone for good: {gone or 'only the pod itself'}. {_kept_after_terminate(pod)}"


def _container_disk_left(pod: Pod) -> str:
    """Nothing of it is left once a pod has stopped."""
    return "" if pod.status is PodStatus.EXITED else container_disk(pod)


def _kept_after_terminate(pod: Pod) -> str:
    if pod.network is None:
        return "Kept: nothing, it has no network volume."
    return f"Kept: {network_volume(pod)}, which goes on costing."


def stop_takes(pod: Pod) -> str:
    """What a stop or a restart does to its data."""
    if not pod.mounts_known:
        return "RunPod did not say what disks it has. Count everything on it as gone for good."
    if not pod.keeps_data_on_stop:
        return (
            f"Gone for good: everything on its {container_disk(pod)}. "
            "Kept: nothing, it has no volume disk and no network volume."
        )
    kept = listed([each for each in (volume_disk(pod), network_volume(pod)) if each])
    return f"Kept: {kept}. Gone for good: everything on its {container_disk(pod)}."


def stopped_cost(pod: Pod | None) -> str:
    """What its disks go on costing while it is stopped."""
    if pod is None or not pod.mounts_known:
        return "What disks it has is not known, so nor is what they cost while it is stopped."
    sentences = []
    month = stopped_storage_per_month(pod)
    if pod.persistent is not None and month is not None:
        sentences.append(
            f"Its {pod.persistent.size_gb} GB volume disk keeps costing {per_month(month)} until you terminate it."
        )
    if pod.network is not None:
        sentences.append(f"Its network volume {code(pod.network.volume_id)} goes on costing, running or not.")
    return " ".join(sentences) or "It costs nothing while stopped."


def stopped_cost_short(pod: Pod | None) -> str:
    """The same after a semicolon or a comma."""
    if pod is None or not pod.mounts_known:
        return "disk cost not known"
    month = stopped_storage_per_month(pod)
    if month:
        return f"{per_month(month)} for its disk"
    return "its network volume costs on" if pod.network else "no disk to pay for"
