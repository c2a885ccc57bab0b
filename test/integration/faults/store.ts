import type { LabHost } from "../../../lab/lab.ts";
import type { TrafficReport, UserTraffic } from "../traffic-report.ts";
import { getStoreAccess, TrafficClient } from "../traffic-client.ts";
import { waitFor } from "../manual-changes.ts";
import type { TestStack } from "../stack.ts";

/** Milliseconds for a store to recover from a fault on a busy machine. */
export const RECOVERY_MS = 240_000;

/**
 * Runs an action while a client writes to and reads from a store, waits until all members report that the store is
 * healthy, and prints one line with the result.
 */
export async function withTraffic(
  what: string,
  { stack, members }: { stack: TestStack; members: readonly LabHost[] },
  deed: (bucket: string) => Promise<void>,
): Promise<TrafficReport> {
  const bucket = `during-${Date.now()}`;
  const client = await TrafficClient.start({ access: await getStoreAccess(stack), bucket });
  const began = Date.now();
  await deed(bucket);
  const done = Date.now();
  await waitUntilHealthy(members);
  const whole = Date.now();
  const account = await client.finish();
  const took = `${formatSeconds(done - began)}, whole ${formatSeconds(whole - done)} later`;
  console.log(
    `fault: ${what} (${took}): ${formatUser(account.retrying)}; ${formatUser(account.notRetrying)}; ${formatReadBack(account)}`,
  );
  return account;
}

/** Waits until every member reports that the store would keep serving without that member. */
export async function waitUntilHealthy(members: readonly LabHost[]): Promise<void> {
  const isWhole = async ({ address }: LabHost) => {
    const url = `http://${address}:9000/minio/health/cluster?maintenance=true`;
    return (await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined))?.ok === true;
  };
  await waitFor(
    async () => (await Promise.all(members.map(isWhole))).every((whole) => whole),
    "every member to report that the store is healthy",
    { limitMs: RECOVERY_MS },
  );
}

/** Counts the objects of a bucket with a part below a folder of a host. */
export async function countParts(folder: string, host: LabHost, bucket: string): Promise<number> {
  return Number(await host.run("sh", "-c", `find ${folder} -path '*/${bucket}/*' -name xl.meta | wc -l`));
}

function formatUser({ user, writes, reads, failed, cancelled, rawFailures, longestGapMs }: UserTraffic): string {
  const reasons = [...new Set(failed.map((line) => line.split(":").slice(0, 2).join(":")))];
  const why = reasons.length > 0 ? ` (${reasons.join(", ")})` : "";
  const failures = `${failed.length} failed${why}, ${cancelled.length} cancelled by a stop`;
  const counts = `${writes} writes, ${reads} reads, ${failures}, ${rawFailures} raw failures`;
  return `${user} ${counts}, longest gap ${formatSeconds(longestGapMs)}`;
}

function formatReadBack({ lost, missingAtFirst, changed }: TrafficReport): string {
  return `at the end ${lost.length} lost, ${missingAtFirst.length} missing at first, ${changed.length} changed`;
}

const formatSeconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
