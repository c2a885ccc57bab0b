import { expect, test } from "vitest";
import { type ExportedStack, recordedSwarm } from "../../commands/lib/recorded-stack.ts";
import { recoverSwarm } from "../../commands/recover/recover.ts";
import { Engine } from "../../engine/engine.ts";
import { demotionProblem } from "../../provider/swarm/quorum.ts";
import type { LabHost } from "../../lab/lab.ts";
import type { Step } from "./pulumi-process.ts";
import { waitForAutolock, waitFor } from "./manual-changes.ts";
import { hostConfig, describeOnLab } from "./lab-fixture.ts";
import type { TestStack } from "./stack.ts";

/** The life of one Swarm, whose hosts are added, replaced and removed by changes of the `hosts` map. */
describeOnLab(
  "a Swarm of several hosts",
  (fixture) => {
    let stack: TestStack;
    const machine = (number: number) => fixture().lab.host(number);
    const manager = (number: number) => hostConfig(machine(number), "manager");
    const worker = (number: number) => hostConfig(machine(number), "worker");

    /** Lists the nodes as one manager sees them: hostnames, managers marked with an asterisk. */
    const members = async (from: number) => {
      const nodes = await machine(from).engine.listNodes();
      return nodes.map(({ Description, Spec }) => (Spec.Role === "manager" ? "*" : "") + Description.Hostname).sort();
    };

    test("created for 127.0.0.1 accepts no second host, and is recreated with allowOutage", async () => {
      const onLoopback = { ...manager(1), address: "127.0.0.1" };
      stack = await fixture().hostsStack({ a: onLoopback }, { store: "none" });
      await stack.up();
      stack.config("hosts", { a: manager(1), d: worker(4) });
      const { output } = await stack.expectFailure("preview");
      expect(output).toContain("managers: the Swarm was created for one host and listens only on 127.0.0.1");
      stack.config("swarm", { allowOutage: true });
      await stack.up();
      expect(await members(1)).toEqual(["*node1", "node4"]);
      expect((await stack.preview()).steps).toEqual([]);
    });

    test("with one manager listens only on its private address", async () => {
      expect(await listening(machine(1))).toEqual([`${machine(1).address}:2377`]);
    });

    test("grows to three managers and a worker", async () => {
      stack.config("swarm", undefined);
      stack.config("hosts", { a: manager(1), b: manager(2), c: manager(3), d: worker(4) });
      const { steps } = await stack.up();
      expect(replaced(steps)).toEqual([]);
      expect(await members(2)).toEqual(["*node1", "*node2", "*node3", "node4"]);
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    });

    test("rotates its join tokens when joinTokenGeneration changes, and changes nothing else", async () => {
      const tokens = async () => (await machine(1).engine.inspectSwarm()).JoinTokens;
      const before = await tokens();
      stack.config("swarm", { joinTokenGeneration: "second" });
      const { steps } = await stack.up();
      // The component records its arguments.
      expect(named(steps)).toEqual(["update swarm", "update swarm-cluster"]);
      const after = await tokens();
      expect(after.Worker).not.toBe(before.Worker);
      expect(after.Manager).not.toBe(before.Manager);
      expect((await stack.preview()).steps).toEqual([]);
    });

    test("removes its first manager, replaces a machine and promotes a worker in one update", async () => {
      stack.config("hosts", { b: manager(2), c: manager(5), d: manager(4) });
      const watch = watchQuorum(machine(2).engine);
      const { steps } = await stack.up();
      expect(await watch.lost()).toEqual([]);
      expect(replaced(steps)).toEqual(["swarm-member-c"]);
      expect(await members(2)).toEqual(["*node2", "*node4", "*node5"]);
      for (const gone of [machine(1), machine(3)]) {
        expect((await gone.engine.info()).Swarm.LocalNodeState).toBe("inactive");
        expect((await gone.engine.listNetworks({ name: ["docker_gwbridge"] })).length).toBe(0);
      }
      expect((await stack.preview()).steps).toEqual([]);
    });

    test("is reached through another manager while one is down, and has no changes once it is back", async () => {
      const contact = contactOf(stack, fixture().lab.hosts);
      const other = [2, 4, 5].map(machine).find((one) => one !== contact)!;
      await contact.stop();
      // The stopped manager may have been the leader; without a leader no manager answers.
      await waitFor(() => other.engine.listNodes().then(Boolean, () => false), "another leader");
      expect(named((await stack.preview()).steps)).toEqual(["update swarm-docker"]);
      stack.config("networks", ["later"]);
      const { steps } = await stack.up();
      expect(named(steps)).toEqual([
        "create later",
        "create later-allocation",
        "create later-network",
        "create later-owner",
        "update swarm-docker",
      ]);
      const next = contactOf(stack, fixture().lab.hosts);
      expect(next).not.toBe(contact);
      expect((await next.engine.listNetworks({ name: ["later"] })).length).toBe(1);
      await contact.start();
      expect((await stack.preview()).steps).toEqual([]);
    });

    test("rejects a host that is in another Swarm", async () => {
      const { engine } = machine(3);
      await engine.initSwarm({ AdvertiseAddr: machine(3).address, ListenAddr: machine(3).address, Spec: {} });
      stack.config("hosts", { b: manager(2), c: manager(5), d: manager(4), e: worker(3) });
      const { output } = await stack.expectFailure("preview");
      expect(output).toMatch(/hosts\.e\.engine ".*": is in another Swarm/);
      await engine.leaveSwarm(true);
    });

    test("removes a dead manager and demotes another one after new managers have joined", async () => {
      await machine(2).stop();
      stack.config("hosts", { a: manager(1), c: worker(5), d: manager(4), e: manager(3) });
      const watch = watchQuorum(machine(4).engine);
      await stack.up();
      expect(await watch.lost()).toEqual([]);
      expect(await members(4)).toEqual(["*node1", "*node3", "*node4", "node5"]);
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    });

    test("recovers from a lost quorum on the chosen manager", async () => {
      await Promise.all([machine(1).stop(), machine(3).stop()]);
      const before = await stack.outputs();
      const swarm = recordedSwarm(await exportOf(stack), "d");
      const { removed, unreachable: silent } = await recoverSwarm(swarm, "d");
      expect(removed.map(({ key }) => key)).toEqual(["a", "e"]);
      expect(silent).toEqual(removed);
      expect(await members(4)).toEqual(["*node4", "node5"]);
      await expect(recoverSwarm(swarm, "d")).rejects.toThrow("there is nothing to recover");

      await stack.pulumi("refresh", "--yes", "--skip-preview", ...removed.flatMap(({ urn }) => ["--target", urn]));
      await machine(1).start();
      await machine(1).engine.leaveSwarm(true);
      stack.config("hosts", { a: manager(1), c: worker(5), d: manager(4) });
      stack.config("swarm", { joinTokenGeneration: "second", autolock: true });
      await stack.up();
      expect(await members(4)).toEqual(["*node1", "*node4", "node5"]);
      expect((await stack.outputs())["swarmId"]).toBe(before["swarmId"]);
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    });

    test("unlocks its managers after their engines have restarted", async () => {
      await Promise.all([1, 4].map((number) => waitForAutolock(machine(number))));
      await Promise.all([1, 4].map((number) => machine(number).stop()));
      await Promise.all([1, 4].map((number) => machine(number).start()));
      for (const number of [1, 4]) expect((await machine(number).engine.info()).Swarm.LocalNodeState).toBe("locked");
      expect(named((await stack.preview()).steps)).toEqual(["update swarm-cluster"]);
      await stack.up();
      expect(await members(4)).toEqual(["*node1", "*node4", "node5"]);
      expect(JSON.stringify(stack.state())).not.toContain("SWMKEY");
      expect((await stack.preview({ refresh: true })).steps).toEqual([]);
    });

    test("is left by all hosts on destroy", async () => {
      await stack.destroy();
      for (const number of [1, 4, 5]) {
        expect((await machine(number).engine.info()).Swarm.LocalNodeState).toBe("inactive");
      }
      // The first machine's bridge existed already when it joined again.
      for (const number of [4, 5]) {
        expect((await machine(number).engine.listNetworks({ name: ["docker_gwbridge"] })).length).toBe(0);
      }
    });
  },
  { hosts: 5 },
);

const exportOf = async (stack: TestStack) =>
  JSON.parse(await stack.pulumi("stack", "export", "--show-secrets")) as ExportedStack;

const named = (steps: Step[]) => steps.map(({ op, name }) => `${op} ${name}`).sort();

const replaced = (steps: Step[]) => steps.filter(({ op }) => op === "replace").map(({ name }) => name);

/** Returns the machine that the stack's docker provider connects to. */
function contactOf(stack: TestStack, machines: readonly LabHost[]): LabHost {
  const provider = stack.state().resources.find(({ type }) => type === "pulumi:providers:docker");
  const machine = machines.find(({ socket }) => socket === provider?.outputs?.["host"]);
  if (!machine) throw new Error("the provider connects to no machine of the lab");
  return machine;
}

/** Lists the addresses of a host's listeners on the Swarm manager port. */
async function listening(host: LabHost): Promise<string[]> {
  const lines = (await host.run("ss", "--listening", "--tcp", "--numeric", "--no-header")).split("\n");
  return lines.flatMap((line) => line.split(/\s+/)[3] ?? []).filter((address) => address.endsWith(":2377"));
}

/** Polls a manager that stays for a lost quorum. */
function watchQuorum(engine: Engine) {
  const losses: string[] = [];
  let going = true;
  const watching = (async () => {
    while (going) {
      const nodes = await engine.listNodes().catch(() => undefined);
      // A node that is joining has no name yet, and is unreachable until it has joined.
      const joined = nodes?.filter(({ Description }) => Description.Hostname);
      const problem = joined && demotionProblem(joined, "none");
      if (problem) losses.push(problem);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  return {
    /** Stops polling, and returns the problems found. */
    async lost() {
      going = false;
      await watching;
      expect((await engine.listNodes()).length).toBeGreaterThan(0);
      return losses;
    },
  };
}
