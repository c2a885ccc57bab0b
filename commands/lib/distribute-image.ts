import { setTimeout as pause } from "node:timers/promises";
import { Engine } from "../../engine/engine.ts";
import { UnreachableError } from "../../engine/unreachable.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { loadImage } from "../../toolchain/docker-image.ts";
import type { BuiltImage } from "../../toolchain/go-image.ts";
import { prepareMinioImage } from "../../toolchain/minio-image.ts";
import { progress, say } from "../../toolchain/progress.ts";
import { chooseSource } from "../../toolchain/source.ts";
import { mapLimit } from "../../toolchain/concurrency.ts";
import type { StackHost } from "./stack-hosts.ts";

/** A store image that the hosts' engines cannot pull, and that is therefore built here and sent to them. */
export interface DistributedImage {
  /** Hosts that do not have it yet, because their engines do not answer. */
  unreachable: UnreachableHost[];
  built: BuiltImage;
}

interface UnreachableHost extends StackHost {
  reason: string;
}

export interface DistributeOptions {
  /** Whether an earlier run distributed an image. If so, this run does too, even if the hosts could pull one now. */
  wasDistributed: boolean;
  /** Whether to send the image to the hosts; a preview only checks whether they have it. */
  transfers: boolean;
  /** Returns whether an engine can pull the default image. */
  canPull: (engine: Engine) => Promise<boolean>;
  /** @default - the store's image, built unless it is there */
  build?: () => Promise<BuiltImage>;
}

/** How long a host may take to answer, in milliseconds. Pulumi itself waits longer for a host that is down. */
const PING_MS = 12_000;
/** How many hosts are checked at the same time. */
const MAX_PINGS = 16;
/** How many hosts receive the image at the same time: they share this machine's uplink. */
const MAX_TRANSFERS = 4;
/** The interval between attempts to send the image to a host, in milliseconds. */
const RETRY_MS = 2_000;

/** Builds the image and sends it to the hosts that lack it. Returns undefined if the hosts can pull the default image. */
export async function distributeImage(
  hosts: readonly StackHost[],
  { wasDistributed, transfers, canPull, build = prepareMinioImage }: DistributeOptions,
): Promise<DistributedImage | undefined> {
  const { answering, unreachable } = await pingHosts(hosts);
  if (!wasDistributed) {
    const [first] = answering;
    const isPulled = first ? await canPull(new Engine(first.connection)) : (await chooseSource()) === "public";
    if (isPulled) return undefined;
  }
  const built = await build();
  const lacking: StackHost[] = [];
  await mapLimit(MAX_PINGS, answering, async (host) => {
    if (!(await new Engine(host.connection).hasImage(built.name))) lacking.push(host);
  });
  if (transfers && lacking.length > 0) {
    await progress(`sending the store's image to ${countHosts(lacking.length)}`, async (showProgress) => {
      let sent = 0;
      await mapLimit(MAX_TRANSFERS, lacking, async (host) => {
        await ensureImageOnHost(built, host);
        showProgress(`${++sent} of ${lacking.length} have it`);
      });
    });
  }
  return { built, unreachable };
}

/**
 * Keeps trying to send the image to hosts that did not answer: machines that are still starting, or on which Pulumi
 * is installing Docker Engine. Swarm restarts a task until its host has the image.
 */
export function distributeInBackground({ built, unreachable }: DistributedImage): { stop(): Promise<void> } {
  const over = new AbortController();
  for (const { key, reason } of unreachable)
    say(`host ${key}: gets the store's image once its engine answers (${reason})`);
  const work = Promise.all(unreachable.map((host) => distributeOnceReachable(built, host, over.signal)));
  return {
    async stop() {
      over.abort();
      await work;
    },
  };
}

async function distributeOnceReachable(built: BuiltImage, host: UnreachableHost, over: AbortSignal): Promise<void> {
  let { reason } = host;
  while (!over.aborted) {
    try {
      await ensureImageOnHost(built, host);
      return say(`host ${host.key}: has the store's image`);
    } catch (error) {
      if (!(error instanceof UnreachableError)) return say(errorMessage(error));
      reason = error.message;
    }
    await pause(RETRY_MS, undefined, { signal: over }).catch(() => {});
  }
  say(`host ${host.key}: may lack the store's image, which the next \`npm run up\` sends: ${reason}`);
}

/** Sends the image to a host unless it has it. */
async function ensureImageOnHost(built: BuiltImage, { key, connection }: StackHost): Promise<void> {
  const engine = new Engine(connection);
  try {
    if (!(await engine.hasImage(built.name))) await loadImage(engine, built.pack());
  } catch (error) {
    if (error instanceof UnreachableError) throw error;
    throw new Error(`host ${key}: cannot receive the store's image: ${errorMessage(error)}`);
  }
}

async function pingHosts(
  hosts: readonly StackHost[],
): Promise<{ answering: StackHost[]; unreachable: UnreachableHost[] }> {
  const answering: StackHost[] = [];
  const unreachable: UnreachableHost[] = [];
  await progress(`checking ${countHosts(hosts.length)} for the store's image`, () =>
    mapLimit(MAX_PINGS, hosts, async (host) => {
      try {
        await new Engine(host.connection).ping(PING_MS);
        answering.push(host);
      } catch (error) {
        unreachable.push({ ...host, reason: errorMessage(error) });
      }
    }),
  );
  return { answering, unreachable };
}

const countHosts = (hosts: number) => `${hosts} ${hosts === 1 ? "host" : "hosts"}`;
