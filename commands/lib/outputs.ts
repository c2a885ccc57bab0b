import { npmRun } from "./args.ts";
import type { Exposure } from "./exposure.ts";
import { readPulumiOutput, type Session } from "./pulumi.ts";

/** The outputs of a stack that the commands show. Secrets are masked. */
export interface Outputs {
  endpoint?: string;
  endpoints?: Record<string, string>;
  consoleEndpoints?: Record<string, string>;
  [name: string]: unknown;
}

export async function readOutputs(session: Session): Promise<Outputs> {
  return JSON.parse(await readPulumiOutput(session, ["stack", "output", "--json"])) as Outputs;
}

const EXPOSURE_NOTES: Record<Exposure, string> = {
  "this machine":
    "Only this machine can reach them; `pulumi config set pulumi-swarm:expose true` opens them to others.",
  allowFrom: "Only the hosts themselves and the addresses in allowFrom can reach them.",
  everybody: "Swarm publishes these ports on all addresses of the host: use a firewall to restrict access.",
};

/** Formats the endpoints and how to get the credentials, for the end of `up`. */
export function formatSummary(outputs: Outputs, stack: string, exposure: Exposure): string {
  const { endpoint, endpoints = {}, consoleEndpoints = {} } = outputs;
  const table = (urls: Record<string, string>) =>
    Object.entries(urls).map(([key, url]) => `  ${key.padEnd(12)} ${url}`);
  const published = Object.keys(endpoints).length > 0;
  return [
    ...(endpoint ? [`S3 endpoint: ${endpoint}`] : []),
    ...(published ? ["Endpoints:", ...table(endpoints)] : []),
    ...(Object.keys(consoleEndpoints).length > 0 ? ["Consoles:", ...table(consoleEndpoints)] : []),
    "User and password:",
    `  eval "$(${npmRun("-s env", stack)})"`,
    "  pulumi stack output rootUser; pulumi stack output --show-secrets rootPassword",
    ...(published && outputs["swarmId"] !== undefined ? [EXPOSURE_NOTES[exposure]] : []),
  ].join("\n");
}
