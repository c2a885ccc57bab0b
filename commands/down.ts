// `npm run down`: destroys a stack. Its data volumes and the Docker Engines stay; `-- --delete-data` removes the volumes.
import { existsSync } from "node:fs";
import { progress, say } from "../toolchain/progress.ts";
import { readRecordedMembers } from "./recover/recorded.ts";
import { type DataFound, findData, removeData } from "./down/data.ts";
import { npmRun, readArgs } from "./support/args.ts";
import { effectiveConfig } from "./support/config.ts";
import { main } from "./support/main.ts";
import { ensureToolchain, openSession, pulumiAttached, type Session } from "./support/pulumi.ts";
import { openState, stackFile, type StateFolder } from "./support/state.ts";
import { type StackHost, stackHosts } from "./support/stack-hosts.ts";
import { kindOf } from "./support/store-image.ts";

const DELETE_DATA = "--delete-data";

await main(async () => {
  const { stack, yes, json, flags, rest } = readArgs(undefined, [DELETE_DATA]);
  const state = openState();
  const kind = kindOf(state, stack);
  const isKubernetes = kind === "kubernetes";
  if (isKubernetes && flags.has(DELETE_DATA)) throw new Error(`${DELETE_DATA}: ${dataOnKubernetes(state, stack)}`);
  let recorded: StackHost[] = [];
  if (existsSync(stackFile(state, stack))) {
    const session = await openSession(await ensureToolchain(kind), state, stack);
    // What the state knows of hosts is gone with the stack.
    recorded = await readRecordedMembers(session);
    const code = await destroy(session, { asks: !yes && !json, json, rest });
    if (code !== 0) return code;
  } else say(`stack ${stack} does not exist here: nothing to destroy`);
  if (isKubernetes) return void say(dataOnKubernetes(state, stack));
  const hosts = stackHosts(recorded, effectiveConfig(state, stack), kind === "local");
  const found = await progress("looking for data volumes", () => findData(hosts, state.projectName, stack));
  return await tellAboutData(found, stack, flags.has(DELETE_DATA));
});

/** Where data of a store on Kubernetes stays, which only a person takes away. */
function dataOnKubernetes(state: StateFolder, stack: string): string {
  const { "pulumi-swarm:namespace": namespace = "minio" } = effectiveConfig(state, stack) as Record<string, string>;
  return `the data is in the claims of namespace ${namespace}, which stays: \`kubectl delete namespace ${namespace}\` ends both`;
}

function destroy(session: Session, { asks, json, rest }: { asks: boolean; json: boolean; rest: string[] }) {
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
