import { print, progress, say } from "../toolchain/progress.ts";
import { readRecordedSwarms } from "./lib/recorded-stack.ts";
import { findHost } from "./exec/container.ts";
import { main } from "./lib/main.ts";
import { ensureToolchain, openSession } from "./lib/pulumi.ts";
import { openState } from "./lib/state.ts";
import { upgradeArguments } from "./upgrade/arguments.ts";
import type { UpgradeStep } from "./upgrade/plan.ts";
import { Upgrade } from "./upgrade/upgrade.ts";

/** The outcome for a host, as `--json` prints it. */
interface Upgraded extends Pick<UpgradeStep, "key" | "from" | "to"> {
  package: string;
  outcome: "upgraded" | "planned" | "nothing to do";
}

/**
 * `npm run upgrade`: upgrades Docker Engine on the stack's hosts, one after another. It starts with a host once the
 * store can do without it, and continues once the store is healthy again. Ctrl-C ends it after the current host.
 */
await main(async () => {
  const { stack, json, dryRun, ...options } = upgradeArguments(process.argv.slice(2));
  const session = await openSession(await ensureToolchain(), openState(), stack);
  const { swarms, services } = await readRecordedSwarms(session);
  const members = swarms.flatMap((swarm) => swarm.members);
  if (members.length === 0) throw new Error(`stack ${stack} has no hosts: start it with \`npm run up\``);
  if (options.host !== undefined) findHost(options.host, members);

  const ending = stopOnSignal();
  const upgraded: Upgraded[] = [];
  const concerned = swarms.filter((swarm) => swarm.members.some(({ key }) => (options.host ?? key) === key));
  for (const swarm of concerned) {
    const upgrade = new Upgrade(swarm, services, { ...options, signal: ending.signal, report: say });
    const plan = () => progress("inspecting the engines' packages", () => upgrade.plan());
    let steps = await plan();
    if (!dryRun && (await upgrade.resume())) steps = await plan();
    const warning = steps.some(({ action }) => action !== "none") && (await upgrade.warning());
    if (warning) say(warning);
    for (const step of steps) upgraded.push(await runStep(upgrade, step, dryRun, ending.signal));
  }
  if (json) print(JSON.stringify({ stack, hosts: upgraded }, undefined, 2));
});

async function runStep(upgrade: Upgrade, step: UpgradeStep, dryRun: boolean, signal: AbortSignal): Promise<Upgraded> {
  const { key, from, to, action, installed } = step;
  const result = { key, from, to, package: installed.name };
  const change = action === "restart" ? `${to}, which is installed but not running yet` : `${from} -> ${to}`;
  if (action === "none") {
    say(`host ${key}: ${installed.name} ${from}: nothing to do`);
    return { ...result, outcome: "nothing to do" };
  }
  if (dryRun) {
    say(`host ${key}: ${installed.name} ${change}`);
    return { ...result, outcome: "planned" };
  }
  signal.throwIfAborted();
  await progress(`host ${key}: ${installed.name} ${change}`, () => upgrade.execute(step));
  return { ...result, outcome: "upgraded" };
}

/** Returns a signal that aborts on Ctrl-C, so that the upgrade stops after the current host. */
function stopOnSignal(): { signal: AbortSignal } {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (!controller.signal.aborted) say("stopping after the current host; run it again to continue");
      controller.abort(new Error("stopped on request: run it again to continue with the other hosts"));
    });
  }
  return controller;
}
