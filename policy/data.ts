import { DOCKER_CONTAINER, DOCKER_SERVICE, SWARM_SERVICE } from "./containers.ts";
import { items, part, type RuledResource } from "./rule.ts";

/** Resources that go with the data in them. The drives of a store are none: no resource owns them. */
const HOLDERS = ["docker:index/volume:Volume", "aws:ebs/volume:Volume", "kubernetes:core/v1:PersistentVolumeClaim"];
const STATEFUL_SET = "kubernetes:apps/v1:StatefulSet";

/** Data that would go by mistake. */
export function dataViolations(resource: RuledResource): string[] {
  const { type, props, isProtected } = resource;
  if (HOLDERS.includes(type) && !isProtected)
    return ["holds data and is not protected: give it the option protect: true"];
  if (type === STATEFUL_SET) return claimsThatGo(props);
  return namelessVolumes(resource).map(
    (target) => `the volume at ${target} has no name and goes with its container: name it`,
  );
}

function claimsThatGo(props: RuledResource["props"]): string[] {
  const policy = part(props, "spec", "persistentVolumeClaimRetentionPolicy");
  return ["whenDeleted", "whenScaled"]
    .filter((when) => part(policy, when) === "Delete")
    .map((when) => `persistentVolumeClaimRetentionPolicy.${when} deletes the claims with their data: set it to Retain`);
}

/** Where volumes are mounted that nobody has named. */
function namelessVolumes({ type, props }: RuledResource): string[] {
  const [mounts, kind, source, target] =
    type === SWARM_SERVICE
      ? [part(props, "spec", "TaskTemplate", "ContainerSpec", "Mounts"), "Type", "Source", "Target"]
      : type === DOCKER_SERVICE
        ? [part(props, "taskSpec", "containerSpec", "mounts"), "type", "source", "target"]
        : [type === DOCKER_CONTAINER ? part(props, "mounts") : undefined, "type", "source", "target"];
  return items(mounts)
    .filter((mount) => part(mount, kind) === "volume" && !part(mount, source))
    .map((mount) => String(part(mount, target)));
}
