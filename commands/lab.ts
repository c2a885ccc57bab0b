// `npm run lab -- up`: several hosts on this machine, as the tests have them, with a stack file that points at them.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { print, progress, say } from "../toolchain/progress.ts";
import { runAttached } from "../toolchain/run.ts";
import { withFileLock, ROOT } from "../toolchain/cache.ts";
import { ensureEngineLayers, getEnvironmentEngines, ENGINES, parseEngineVersions } from "../lab/engines.ts";
import { keptLabs, type Lab, startLab } from "../lab/lab.ts";
import { parseCount, parseGroups, parseHostNumber } from "./lab/arguments.ts";
import { renderLab, renderNextSteps } from "./lab/render.ts";
import { removeLabStack, LAB_STACK, labStackProblem, writeLabStack } from "./lab/stack-file.ts";
import { main } from "./lib/main.ts";
import { openState } from "./lib/state.ts";

const USAGE = `usage: npm run lab -- <action>
  up [--hosts 4] [--disks 0]   hosts with a Docker Engine and an ssh server each, and a stack file for them
     [--engine ${ENGINES[0]}]             which Docker Engine: ${ENGINES.join(", ")}, or a list that is dealt out to the hosts
  status                       which hosts run, and what their Swarm makes of them
  exec <host> <command …>      runs a command on a host
  kill <host>, start <host>    cuts a host's power; gives it back
  partition <hosts> <hosts> …  drops everything between groups of hosts, such as \`partition 1 2,3,4\`
  heal                         ends that
  down                         ends the hosts of this clone's lab and leaves nothing of them`;

/** What `npm run lab` can do, by its name; gives back the exit code if it is not 0. */
const actions: Record<string, (args: string[]) => Promise<number | void>> = {
  up: (args) => exclusively(() => startLabStack(args)),
  status: async () => print(await renderLab(await currentLab())),
  async exec([host, program, ...args]) {
    if (!program) throw new Error(`exec takes a host and a command\n${USAGE}`);
    const [nsenter, given] = (await currentLab()).host(parseHostNumber(host)).command(program, ...args);
    return runAttached(nsenter, given, process.env, ROOT);
  },
  kill: async ([host]) => (await currentLab()).kill(parseHostNumber(host)),
  start: async ([host]) => (await currentLab()).start(parseHostNumber(host)),
  partition: async (args) => (await currentLab()).partition(...parseGroups(args)),
  heal: async () => (await currentLab()).heal(),
  down: () => exclusively(stopLabStack),
};

/** Two runs at once would both see no lab. */
function exclusively(work: () => Promise<void>): Promise<void> {
  return withFileLock(join(openState().path, "lab.held"), work);
}

await main(async () => {
  const [name = "", ...args] = process.argv.slice(2);
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (!action) throw new Error(`lab ${name === "" ? "without an action" : `"${name}": no such action`}\n${USAGE}`);
  return action(args);
});

async function startLabStack(args: string[]): Promise<void> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ args, options: { hosts: text, disks: text, engine: text } });
  const hosts = parseCount("--hosts", values.hosts ?? "4", 1, 50);
  const disks = parseCount("--disks", values.disks ?? "0", 0, 16);
  const engines =
    values.engine === undefined ? getEnvironmentEngines() : parseEngineVersions("--engine", values.engine);
  if ((await ownLabs()).length > 0) {
    throw new Error("a lab is up already: look at it with `npm run lab -- status`, end it with `npm run lab -- down`");
  }
  const state = openState();
  const problem = labStackProblem(state);
  if (problem) {
    throw new Error(
      `${problem}, and the lab's stack has the name ${LAB_STACK}: rename yours with ` +
        `\`pulumi stack rename\` and rename its file, or remove both, then run this again`,
    );
  }
  // A stack of hosts that are gone would keep `up` from the new ones.
  await removeLabStack(state);
  const options = { hosts, disks, engines, keep: true, clone: ROOT };
  for (const version of new Set(engines)) await ensureEngineLayers(version);
  const lab = await progress(`starting ${hosts} hosts`, () => startLab(options));
  try {
    writeLabStack(state, lab.hosts, { disks });
  } catch (error) {
    await lab.stop();
    throw error;
  }
  print(`${await renderLab(lab)}\n\n${renderNextSteps(lab)}`);
}

async function stopLabStack(): Promise<void> {
  const labs = await ownLabs();
  const state = openState();
  const problem = labStackProblem(state);
  for (const lab of labs) await lab.stop();
  for (const { clone, hosts } of await keptLabs()) {
    if (clone === ROOT) continue;
    say(`a lab of ${hosts.length} hosts stays: end it with \`npm run lab -- down\` in ${clone ?? "its own clone"}`);
  }
  if (problem) return say(`${problem}: the stack, its state and its configuration stay`);
  await removeLabStack(state);
  say(labs.length > 0 ? `the lab and its stack ${LAB_STACK} are gone` : "no lab is up: nothing to end");
}

/** The labs that were started in this clone. */
async function ownLabs(): Promise<Lab[]> {
  return (await keptLabs()).filter(({ clone }) => clone === ROOT);
}

async function currentLab(): Promise<Lab> {
  const [lab] = await ownLabs();
  if (!lab) throw new Error("no lab is up: start one with `npm run lab -- up`");
  return lab;
}
