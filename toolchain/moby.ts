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

/** The folder with `dockerd` and `docker-proxy` of the newest engine; they are built if they are missing, in minutes. */
export function ensureMoby(): Promise<string> {
  return ensureGoPrograms(PROGRAMS);
}
