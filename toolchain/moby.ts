import { type GoPrograms, ensureGoPrograms } from "./go.ts";
import { MOBY, MOBY_ENGINE } from "./versions.ts";

const PROGRAMS = {
  name: "moby",
  version: MOBY,
  programs: {
    dockerd: {
      module: "moby",
      package: "github.com/moby/moby/v2/cmd/dockerd",
      variables: { "github.com/moby/moby/v2/dockerversion.Version": MOBY_ENGINE },
    },
    "docker-proxy": { module: "moby", package: "github.com/moby/moby/v2/cmd/docker-proxy" },
  },
} satisfies GoPrograms;

/** Returns the folder with `dockerd` and `docker-proxy` of the newest engine. Builds them in minutes if missing. */
export function ensureMoby(): Promise<string> {
  return ensureGoPrograms(PROGRAMS);
}
