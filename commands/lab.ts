// `npm run lab -- up`: several hosts on this machine, the same as in the tests, with a stack file for them.
import { join } from "node:path";
import { print, progress, say } from "../toolchain/progress.ts";
import { runAttached } from "../toolchain/run.ts";
import { withFileLock, ROOT } from "../toolchain/cache.ts";
import { ensureEngineLayers, getEnvironmentEngines, parseEngineVersions } from "../lab/engines.ts";
import { keptLabs, type Lab, startLab } from "../lab/lab.ts";
import { withoutProxies } from "../lab/process.ts";
import { parseCount, parseGroups, parseHostNumber } from "./lab/arguments.ts";
import { renderLab, renderNextSteps } from "./lab/render.ts";
import { removeLabStack, LAB_STACK, labStackProblem, writeLabStack } from "./lab/stack-file.ts";
import { helpOf, parseCommandArgs } from "./lib/args.ts";
import { main } from "./lib/main.ts";
import { openState } from "./lib/state.ts";

/** The actions by name. They return the exit code if it is not 0. */
const actions: Record<string, (args: string[], options: Record<string, string>) => Promise<number | void>> = {
  up: (_, options) => exclusively(() => startLabStack(options)),
  status: async () => print(await renderLab(await currentLab())),
  async exec([host, program, ...args]) {
    if (!program) throw new Error(`exec takes a host and a command: see ${helpOf("lab")}`);
    const [nsenter, nsenterArgs] = (await currentLab()).host(parseHostNumber(host)).command(program, ...args);
    return runAttached(nsenter, nsenterArgs, withoutProxies(), ROOT);
  },
  kill: async ([host]) => (await currentLab()).kill(parseHostNumber(host)),
  start: async ([host]) => (await currentLab()).start(parseHostNumber(host)),
  partition: async (args) => (await currentLab()).partition(...parseGroups(args)),
  heal: async () => (await currentLab()).heal(),
  down: () => exclusively(stopLabStack),
};

/** Runs one `up` or `down` at a time, because two at once would both find no lab. */
function exclusively(work: () => Promise<void>): Promise<void> {
  return withFileLock(join(openState().path, "lab.held"), work);
}

await main(async () => {
  const [name = "", ...args] = process.argv.slice(2);
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (!action) {
    throw new Error(`action "${name}": must be one of ${Object.keys(actions).join(", ")}: see ${helpOf("lab")}`);
  }
  // The options of a command that runs on a host belong to that command.
  if (name === "exec") return action(args, {});
  const { rest, values } = parseCommandArgs("lab", args);
  return action(rest, values);
});

async function startLabStack(values: Record<string, string>): Promise<void> {
  const hosts = parseCount("--hosts", values["--hosts"] ?? "4", 1, 50);
  const disks = parseCount("--disks", values["--disks"] ?? "0", 0, 16);
  const engine = values["--engine"];
  const engines = engine === undefined ? getEnvironmentEngines() : parseEngineVersions("--engine", engine);
  if ((await ownLabs()).length > 0) {
    throw new Error("a lab is up already: see `npm run lab -- status`, or end it with `npm run lab -- down`");
  }
  const state = openState();
  const problem = labStackProblem(state);
  if (problem) {
    throw new Error(
      `${problem}, and the lab's stack has the name ${LAB_STACK}: rename yours with ` +
        `\`pulumi stack rename\` and rename its file, or remove both, then run this again`,
    );
  }
  // With the state of removed hosts, `up` would fail on the new ones.
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
