import { say } from "./progress.ts";
import { PULUMI } from "./versions.ts";

/** Source of the Pulumi CLI and its plugins: the official releases, or Go modules that are built here. */
export type Source = "public" | "registries";

/** Forces the source: `public` or `registries`. */
export const SOURCE_VARIABLE = "PULUMI_SWARM_SOURCE";

/** Timeout for a public site, in milliseconds. Without internet access the connection usually fails at once. */
const PROBE_MS = 4_000;

export const PULUMI_SITE = "https://get.pulumi.com/releases/sdk";

let detected: Promise<Source> | undefined;

/** Chooses the source once for each run, when something is missing. Prints the choice with the reason. */
export function chooseSource(): Promise<Source> {
  detected ??= detectSource();
  return detected;
}

async function detectSource(): Promise<Source> {
  const forced = process.env[SOURCE_VARIABLE];
  if (forced === "public" || forced === "registries") {
    say(`source: ${forced}, by ${SOURCE_VARIABLE}`);
    return forced;
  }
  if (forced) {
    throw new Error(`${SOURCE_VARIABLE} "${forced}": must be "public" or "registries"; unset it to have it found out`);
  }
  const reached = await isReachable(`${PULUMI_SITE}/${pulumiArchive()}`);
  say(
    reached
      ? "source: official releases (the public download site answers)"
      : "source: Go modules, built here (the public download site does not answer)",
  );
  return reached ? "public" : "registries";
}

async function isReachable(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(PROBE_MS) })).ok;
  } catch {
    return false;
  }
}

/** Returns the name of the CLI's official archive for this platform. */
export function pulumiArchive(): string {
  return `pulumi-v${PULUMI}-${process.platform}-${process.arch}.tar.gz`;
}
