import { setTimeout as pause } from "node:timers/promises";
import type { LabHost } from "../../../lab/lab.ts";
import type { Account, Seen } from "../account.ts";
import { accessOf, Client } from "../client.ts";
import type { TestStack } from "../stack.ts";

/** Milliseconds for a store to get over a fault on a busy machine. */
const OVER_MS = 240_000;

/** Milliseconds between two operations: what is written all along has to fit on disks that are in memory. */
const PAUSE_MS = 100;

/**
 * Does something to a store while a client writes and reads, waits until its members say that it is whole again, and
 * prints one line of what came of it.
 */
export async function during(
  what: string,
  { stack, members }: { stack: TestStack; members: readonly LabHost[] },
  deed: (bucket: string) => Promise<void>,
): Promise<Account> {
  const bucket = `during-${Date.now()}`;
  const client = await Client.start({ access: await accessOf(stack), bucket, pauseMs: PAUSE_MS });
  const began = Date.now();
  await deed(bucket);
  const done = Date.now();
  await untilWhole(members);
  const whole = Date.now();
  const account = await client.finish();
  const took = `${inSeconds(done - began)}, whole ${inSeconds(whole - done)} later`;
  console.log(`fault: ${what} (${took}): ${seen(account.patient)}; ${seen(account.raw)}; ${readBack(account)}`);
  return account;
}

/** Waits until every member says that the store serves, and that it would go on to with one more member gone. */
export async function untilWhole(members: readonly LabHost[]): Promise<void> {
  const isWhole = async ({ address }: LabHost) => {
    const url = `http://${address}:9000/minio/health/cluster?maintenance=true`;
    return (await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined))?.ok === true;
  };
  await until("every member says that the store is whole", async () => {
    return (await Promise.all(members.map(isWhole))).every((whole) => whole);
  });
}

/** How many objects of a bucket have a part below a folder of a host. */
export async function partsBelow(folder: string, host: LabHost, bucket: string): Promise<number> {
  return Number(await host.run("sh", "-c", `find ${folder} -path '*/${bucket}/*' -name xl.meta | wc -l`));
}

export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + OVER_MS; !(await holds()); await pause(20)) {
    if (Date.now() > end) throw new Error(`not within ${OVER_MS / 1000} s: ${what}`);
  }
}

function seen({ who, writes, reads, failed, cancelled, rawFailures, longestGapMs }: Seen): string {
  const reasons = [...new Set(failed.map((line) => line.split(":").slice(0, 2).join(":")))];
  const why = reasons.length > 0 ? ` (${reasons.join(", ")})` : "";
  const failures = `${failed.length} failed${why}, ${cancelled.length} cancelled by a stop`;
  const counts = `${writes} writes, ${reads} reads, ${failures}, ${rawFailures} raw failures`;
  return `${who} ${counts}, longest gap ${inSeconds(longestGapMs)}`;
}

function readBack({ lost, denied, changed }: Account): string {
  return `at the end ${lost.length} lost, ${denied.length} denied at first, ${changed.length} changed`;
}

const inSeconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
