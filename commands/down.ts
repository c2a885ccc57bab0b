// `npm run down`: destroys a stack. Its data volumes and the Docker Engines stay; `-- --delete-data` removes the volumes.
// On AWS the machines go with their engines, and data volumes stay for as long as they are protected.
import { existsSync } from "node:fs";
import { progress, say } from "../toolchain/progress.ts";
import { readRecordedMembers } from "./recover/recorded.ts";
import { cloudVolumes } from "./down/cloud-volumes.ts";
import { type DataFound, findData, removeData } from "./down/data.ts";
import { npmRun, readArgs } from "./support/args.ts";
import { effectiveConfig } from "./support/config.ts";
import { main } from "./support/main.ts";
import { ensureToolchain, openSession, pulumiAttached, type Session } from "./support/pulumi.ts";
import { openState, readCheckpoint, stackFile, type StateFolder } from "./support/state.ts";
import { stackHosts } from "./support/stack-hosts.ts";
import { kindOf } from "./support/store-image.ts";

const DELETE_DATA = "--delete-data";

await main(async () => {
  const { stack, yes, json, flags, rest } = readArgs(undefined, [DELETE_DATA]);
  const state = openState();
  const kind = kindOf(state, stack);
  const isKubernetes = kind === "kubernetes";
  if (isKubernetes && flags.has(DELETE_DATA)) throw new Error(`${DELETE_DATA}: ${dataOnKubernetes(state, stack)}`);
  const session = await openExisting(state, stack, kind);
  const asks = !yes && !json;
  if (kind === "aws") return session ? await downOnAws(session, flags.has(DELETE_DATA), { asks, json, rest }) : 0;
  // What the state knows of hosts is gone with the stack.
  const recorded = session ? await readRecordedMembers(session) : [];
  const code = session ? await destroy(session, { asks, json, rest }) : 0;
  if (code !== 0) return code;
  if (isKubernetes) return void say(dataOnKubernetes(state, stack));
  const hosts = stackHosts(recorded, effectiveConfig(state, stack), kind === "local");
  const found = await progress("looking for data volumes", () => findData(hosts, state.projectName, stack));
  return await tellAboutData(found, stack, flags.has(DELETE_DATA));
});

/** The stack, if there is one; says so when there is none. */
async function openExisting(state: StateFolder, stack: string, kind: unknown): Promise<Session | undefined> {
  if (existsSync(stackFile(state, stack))) return openSession(await ensureToolchain(kind), state, stack);
  say(`stack ${stack} does not exist here: nothing to destroy`);
  return undefined;
}

interface Destruction {
  asks: boolean;
  json: boolean;
  rest: string[];
}

/** Machines go with their engines; their data volumes stay for as long as they are protected. */
async function downOnAws(session: Session, deletesData: boolean, { rest, ...how }: Destruction): Promise<number> {
  if (deletesData) assertNoneProtected(session);
  const kept = deletesData ? [] : ["--exclude-protected"];
  const code = await destroy(session, { ...how, rest: [...kept, ...rest] });
  if (code === 0) tellAboutVolumes(session);
  return code;
}

/** Pulumi would refuse as well, and name a way out that forgets the volumes instead of deleting them. */
function assertNoneProtected({ state, stack }: Session): void {
  const held = cloudVolumes(readCheckpoint(state, stack).resources ?? []).filter(({ isProtected }) => isProtected);
  if (held.length === 0) return;
  throw new Error(
    `${DELETE_DATA}: the data volumes ${held.map(({ name }) => name).join(", ")} are protected: say \`allowDataLoss: ` +
      `true\` in pulumi-swarm:aws, run \`${npmRun("up", stack)}\`, then this again`,
  );
}

function tellAboutVolumes({ state, stack }: Session): void {
  const left = cloudVolumes(readCheckpoint(state, stack).resources ?? []);
  const names = left.map(({ name, id }) => `${name} (${id})`).join(", ");
  if (left.length === 0) say("no data volumes are left; the machines are gone");
  else {
    say(`kept, with all data: EBS volumes ${names}; the machines are gone`);
    say(`\`${npmRun("up", stack)}\` makes machines for them again`);
  }
}

/** Where data of a store on Kubernetes stays, which only a person takes away. */
function dataOnKubernetes(state: StateFolder, stack: string): string {
  const { "pulumi-swarm:namespace": namespace = "minio" } = effectiveConfig(state, stack) as Record<string, string>;
  return `the data is in the claims of namespace ${namespace}, which stays: \`kubectl delete namespace ${namespace}\` ends both`;
}

function destroy(session: Session, { asks, json, rest }: Destruction): Promise<number> {
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const confirmation = asks && isTerminal ? [] : ["--yes", "--skip-preview"];
  return pulumiAttached(session, ["destroy", ...confirmation, ...(json ? ["--json"] : []), ...rest]);
}

/** Gives back 1 when data was to be removed that is out of reach. */
async function tellAboutData({ volumes, silent }: DataFound, stack: string, remove: boolean): Promise<number> {
  for (const { key, why } of silent) say(`host ${key}: whether it has data volumes cannot be told: ${why}`);
  const names = volumes.map(({ host, name }) => (host.key === "local" ? name : `${name} on ${host.key}`)).join(", ");
  const running = "the Docker Engine keeps running";
  if (volumes.length === 0) {
    say(silent.length > 0 ? "no other data volumes are left" : `no data volumes are left; ${running}`);
  } else if (remove) {
    await progress("removing the data volumes", () => removeData(volumes));
    say(`removed, with all data: ${names}; ${running}`);
  } else {
    say(`kept, with all data: volume${volumes.length > 1 ? "s" : ""} ${names}`);
    say(`${running}; \`${npmRun("down", stack, DELETE_DATA)}\` removes the data`);
  }
  return remove && silent.length > 0 ? 1 : 0;
}
