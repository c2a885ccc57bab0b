import { DOCKER_CONTAINER, DOCKER_SERVICE, SWARM_SERVICE } from "./containers.ts";
import { toArray, getProperty, type PolicyResource } from "./rule.ts";

/** Resources that lose their data when they are deleted. No resource owns the drives of a store. */
const DATA_RESOURCES = [
  "docker:index/volume:Volume",
  "aws:ebs/volume:Volume",
  "kubernetes:core/v1:PersistentVolumeClaim",
];
const STATEFUL_SET = "kubernetes:apps/v1:StatefulSet";

/** Reports data that could be deleted by mistake. */
export function dataViolations(resource: PolicyResource): string[] {
  const { type, props, isProtected } = resource;
  if (DATA_RESOURCES.includes(type) && !isProtected)
    return ["holds data and is not protected: give it the option protect: true"];
  if (type === STATEFUL_SET) return deletedClaims(props);
  return anonymousVolumes(resource).map(
    (target) => `the volume at ${target} is anonymous and is deleted with its container: give it a name`,
  );
}

function deletedClaims(props: PolicyResource["props"]): string[] {
  const policy = getProperty(props, "spec", "persistentVolumeClaimRetentionPolicy");
  return ["whenDeleted", "whenScaled"]
    .filter((when) => getProperty(policy, when) === "Delete")
    .map((when) => `persistentVolumeClaimRetentionPolicy.${when} deletes the claims with their data: set it to Retain`);
}

/** Returns the mount points of anonymous volumes. */
function anonymousVolumes({ type, props }: PolicyResource): string[] {
  const [mounts, kind, source, target] =
    type === SWARM_SERVICE
      ? [getProperty(props, "spec", "TaskTemplate", "ContainerSpec", "Mounts"), "Type", "Source", "Target"]
      : type === DOCKER_SERVICE
        ? [getProperty(props, "taskSpec", "containerSpec", "mounts"), "type", "source", "target"]
        : [type === DOCKER_CONTAINER ? getProperty(props, "mounts") : undefined, "type", "source", "target"];
  return toArray(mounts)
    .filter((mount) => getProperty(mount, kind) === "volume" && !getProperty(mount, source))
    .map((mount) => String(getProperty(mount, target)));
}
