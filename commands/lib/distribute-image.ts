import { setTimeout as pause } from "node:timers/promises";
import { Engine } from "../../engine/engine.ts";
import { UnreachableError } from "../../engine/unreachable.ts";
import { errorMessage } from "../../engine/error-message.ts";
import { loadImage } from "../../toolchain/docker-image.ts";
import type { BuiltImage } from "../../toolchain/go-image.ts";
import { builtImage } from "../../toolchain/minio-image.ts";
import { progress, say } from "../../toolchain/progress.ts";
import { chooseSource } from "../../toolchain/source.ts";
import { mapLimit } from "../../toolchain/concurrency.ts";
import type { StackHost } from "./stack-hosts.ts";

/** The store's image where the hosts' engines cannot pull it: built here, and brought to them. */
export interface HostsImage {
  /** Hosts that could not be given it, as their engines do not answer yet. */
  late: LateHost[];
  built: BuiltImage;
}

interface LateHost extends StackHost {
  why: string;
}

export interface HostsImageOptions {
  /** Whether an earlier run brought an image to the hosts: then it stays with that way. */
  wasBrought: boolean;
  /** Whether hosts are given the image; else they are only asked for it, as for a preview. */
  brings: boolean;
  /** Tells whether an engine can pull the image that is used otherwise. */
  canPull: (engine: Engine) => Promise<boolean>;
  /** @default - the store's image, built unless it is there */
  build?: () => Promise<BuiltImage>;
}

/** How long a host may take to answer, in milliseconds: one that is down is waited for by Pulumi, not here. */
const ANSWER_MS = 12_000;
/** Hosts that are asked at the same time. */
const ASKED_AT_ONCE = 16;
/** Hosts that are sent the image at the same time: they share this machine's way out. */
const SENT_AT_ONCE = 4;
/** Between two tries to give a host the image, in milliseconds. */
const RETRY_MS = 2_000;

/** What the hosts of a stack need of an image that they cannot pull; undefined when they can. */
export async function hostsImage(
  hosts: readonly StackHost[],
  { wasBrought, brings, canPull, build = builtImage }: HostsImageOptions,
): Promise<HostsImage | undefined> {
  const { answering, late } = await asked(hosts);
  if (!wasBrought) {
    const [first] = answering;
    const isPulled = first ? await canPull(new Engine(first.connection)) : (await chooseSource()) === "public";
    if (isPulled) return undefined;
  }
  const built = await build();
  const lacking: StackHost[] = [];
  await mapLimit(ASKED_AT_ONCE, answering, async (host) => {
    if (!(await new Engine(host.connection).hasImage(built.name))) lacking.push(host);
  });
  if (brings && lacking.length > 0) {
    await progress(`bringing the store's image to ${counted(lacking.length)}`, async (tell) => {
      let sent = 0;
      await mapLimit(SENT_AT_ONCE, lacking, async (host) => {
        await given(built, host);
        tell(`${++sent} of ${lacking.length} have it`);
      });
    });
  }
  return { built, late };
}

/**
 * Goes on trying to give the image to hosts that did not answer: machines that are still starting, or on which Pulumi
 * installs Docker Engine meanwhile. Swarm tries to start a task again until its host has the image.
 */
export function bringLater({ built, late }: HostsImage): { stop(): Promise<void> } {
  const over = new AbortController();
  for (const { key, why } of late) say(`host ${key}: gets the store's image once its engine answers (${why})`);
  const work = Promise.all(late.map((host) => bringOnceItAnswers(built, host, over.signal)));
  return {
    async stop() {
      over.abort();
      await work;
    },
  };
}

async function bringOnceItAnswers(built: BuiltImage, host: LateHost, over: AbortSignal): Promise<void> {
  let { why } = host;
  while (!over.aborted) {
    try {
      await given(built, host);
      return say(`host ${host.key}: has the store's image`);
    } catch (error) {
      if (!(error instanceof UnreachableError)) return say(errorMessage(error));
      why = error.message;
    }
    await pause(RETRY_MS, undefined, { signal: over }).catch(() => {});
  }
  say(`host ${host.key}: may lack the store's image, which the next \`npm run up\` brings: ${why}`);
}

/** Sees to it that a host has the image. */
async function given(built: BuiltImage, { key, connection }: StackHost): Promise<void> {
  const engine = new Engine(connection);
  try {
    if (!(await engine.hasImage(built.name))) await loadImage(engine, built.packed());
  } catch (error) {
    if (error instanceof UnreachableError) throw error;
    throw new Error(`host ${key}: cannot be given the store's image: ${errorMessage(error)}`);
  }
}

async function asked(hosts: readonly StackHost[]): Promise<{ answering: StackHost[]; late: LateHost[] }> {
  const answering: StackHost[] = [];
  const late: LateHost[] = [];
  await progress(`asking ${counted(hosts.length)} for the store's image`, () =>
    mapLimit(ASKED_AT_ONCE, hosts, async (host) => {
      try {
        await new Engine(host.connection).ping(ANSWER_MS);
        answering.push(host);
      } catch (error) {
        late.push({ ...host, why: errorMessage(error) });
      }
    }),
  );
  return { answering, late };
}

const counted = (hosts: number) => `${hosts} ${hosts === 1 ? "host" : "hosts"}`;
