"""The GraphQL documents we send. Constants: whatever a person typed travels as a variable."""

from __future__ import annotations

from typing import Final

_POD_FIELDS: Final = """
fragment PodFields on Pod {
  id name desiredStatus lastStatusChange lastStartedAt createdAt
  imageName dockerArgs env ports locked
  gpuCount vcpuCount memoryInGb
  containerDiskInGb volumeInGb volumeMountPath networkVolumeId
  costPerHr adjustedCostPerHr podType lowestBidPriceToResume
  machine { podHostId gpuTypeId dataCenterId secureCloud }
  runtime {
    uptimeInSeconds
    container { cpuPercent memoryPercent }
    gpus { id gpuUtilPercent memoryUtilPercent }
    ports { ip isIpPublic privatePort publicPort type }
  }
}
"""

PODS: Final = "query podkeeperPods { myself { pods { ...PodFields } } }" + _POD_FIELDS

POD: Final = "query podkeeperPod($input: PodFilter) { pod(input: $input) { ...PodFields } }" + _POD_FIELDS

LAST_STATUS_CHANGE: Final = (
    "query podkeeperLastStatusChange($input: PodFilter) { pod(input: $input) { id lastStatusChange } }"
)

MAINTENANCES: Final = (
    "query podkeeperMaintenances { myself { pods { id machine { maintenanceStart maintenanceEnd maintenanceNote } } } }"
)

ACCOUNT: Final = "query podkeeperAccount { myself { email clientBalance currentSpendPerHr spendLimit } }"

GPU_TYPES: Final = (
    "query podkeeperGpuTypes($input: GpuLowestPriceInput) { gpuTypes { id displayName memoryInGb secureCloud "
    "communityCloud securePrice communityPrice maxGpuCountSecureCloud maxGpuCountCommunityCloud "
    "lowestPrice(input: $input) { stockStatus uninterruptablePrice } } }"
)

NETWORK_VOLUMES: Final = "query podkeeperVolumes { myself { networkVolumes { id name size dataCenterId } } }"

TEMPLATES: Final = (
    "query podkeeperTemplates { myself { podTemplates { id name imageName containerDiskInGb volumeInGb "
    "volumeMountPath ports env { key } isServerless isPublic } } }"
)

STOP: Final = "mutation podkeeperStop($input: PodStopInput!) { podStop(input: $input) { ...PodFields } }" + _POD_FIELDS

RESUME: Final = (
    "mutation podkeeperResume($input: PodResumeInput!) { podResume(input: $input) { ...PodFields } }" + _POD_FIELDS
)

TERMINATE: Final = "mutation podkeeperTerminate($input: PodTerminateInput!) { podTerminate(input: $input) }"

DEPLOY: Final = (
    "mutation podkeeperDeploy($input: PodFindAndDeployOnDemandInput) "
    "{ podFindAndDeployOnDemand(input: $input) { ...PodFields } }" + _POD_FIELDS
)

RENT_SPOT: Final = (
    "mutation podkeeperRentSpot($input: PodRentInterruptableInput!) "
    "{ podRentInterruptable(input: $input) { ...PodFields } }" + _POD_FIELDS
)

BID_RESUME: Final = (
    "mutation podkeeperBidResume($input: PodBidResumeInput!) { podBidResume(input: $input) { ...PodFields } }"
    + _POD_FIELDS
)

SPEC: Final = (
    "query podkeeperSpec($input: PodFilter) { pod(input: $input) { id name imageName dockerArgs env ports gpuCount "
    "containerDiskInGb volumeInGb volumeMountPath networkVolumeId containerRegistryAuthId "
    "machine { gpuTypeId dataCenterId secureCloud } } }"
)

ALL: Final = {
    "pods": PODS,
    "pod": POD,
    "last status change": LAST_STATUS_CHANGE,
    "maintenances": MAINTENANCES,
    "account": ACCOUNT,
    "gpu types": GPU_TYPES,
    "network volumes": NETWORK_VOLUMES,
    "templates": TEMPLATES,
    "stop": STOP,
    "resume": RESUME,
    "terminate": TERMINATE,
    "deploy": DEPLOY,
    "rent spot": RENT_SPOT,
    "bid resume": BID_RESUME,
    "spec": SPEC,
}
