import { CHECKSUMS_FILE, storedChecksum } from "./checksums.ts";
import { progress, say } from "./progress.ts";
import { fileUrl, pulumiArchive, type ReleasedFile } from "./releases.ts";
import { requestSite, SiteError } from "./site.ts";

/** Source of the Pulumi CLI and its plugins: the official releases, or Go modules that are built here. */
export type Source = "public" | "registries";

/** Forces the source: `public` or `registries`. */
export const SOURCE_VARIABLE = "PULUMI_SWARM_SOURCE";

/** Timeout for the download site, in milliseconds. Without internet access the connection usually fails at once. */
const PROBE_MS = 10_000;

let detected: Promise<Source> | undefined;

/** Chooses the source once for each run, when something is missing. Prints the choice with the reason. */
export function chooseSource(): Promise<Source> {
  detected ??= detectSource();
  return detected;
}

/**
 * Returns whether to download a released file. Files without a checksum in this repository are never downloaded: their
 * programs are built from Go modules, with the checksums in go.sum.
 */
export async function isDownloadable({ name }: ReleasedFile): Promise<boolean> {
  if ((await chooseSource()) === "registries") return false;
  if (storedChecksum(name) !== undefined) return true;
  say(`${name}: ${CHECKSUMS_FILE} does not have its checksum, so it is built from Go modules`);
  return false;
}

async function detectSource(): Promise<Source> {
  const forced = process.env[SOURCE_VARIABLE];
  if (forced === "public" || forced === "registries") {
    say(`source: ${forced}, by ${SOURCE_VARIABLE}`);
    return forced;
  }
  if (forced) {
    throw new Error(
      `${SOURCE_VARIABLE} "${forced}": must be "public" or "registries"; unset it to choose automatically`,
    );
  }
  const problem = await progress("checking the download site", () => siteProblem(fileUrl(pulumiArchive())));
  say(
    problem === undefined
      ? "source: official releases (the download site answers)"
      : `source: Go modules, built here (the download site cannot be reached: ${problem})`,
  );
  return problem === undefined ? "public" : "registries";
}

/**
 * Returns why the site cannot be reached; undefined if it sends any response, because an error of the site itself must
 * not lead to a build of several minutes.
 *
 * @throws SiteError if the proxy refuses the user's login.
 */
async function siteProblem(url: string): Promise<string | undefined> {
  try {
    await requestSite(url, { method: "HEAD", answerMs: PROBE_MS });
    return undefined;
  } catch (error) {
    if (!(error instanceof SiteError) || error.problem === "login") throw error;
    return error.problem === "unreachable" ? error.message : undefined;
  }
}
