import type { Engine } from "../../../engine/engine.ts";
import { exec } from "../../../engine/exec.ts";
import type { SwarmSpec } from "../../../engine/types.ts";
import { type Recorder, waitUntil } from "./script.ts";

export async function outside(script: Recorder): Promise<void> {
  const engine = script.engine(1);
  await script.ask("no Swarm: info", engine.info());
  await script.ask("no Swarm: networks", engine.listNetworks({ driver: ["bridge"] }));
  await script.ask("no Swarm: a network that is not there", engine.inspectNetwork("docker_gwbridge"));
  const refused: Record<string, () => Promise<unknown>> = {
    ...{ swarm: () => engine.inspectSwarm(), nodes: () => engine.listNodes(), services: () => engine.listServices() },
    ...{ secrets: () => engine.listSecrets(), leave: () => engine.leaveSwarm(true), key: () => engine.getUnlockKey() },
    ...{ unlock: () => engine.unlockSwarm("SWMKEY-1-x") },
  };
  for (const [name, asked] of Object.entries(refused)) await script.ask(`no Swarm: ${name}`, asked());
  await script.ask("join with a token that is none", script.join(1, "token"));
  await script.ask("a container that is not there", engine.inspectContainer("nothing"));
  await script.ask("a command in a container that is not there", exec(engine, "nothing", ["mc"]));
  await script.ask("an image that is not there", engine.request("GET", "/images/nothing/json"));
}

export async function forming(script: Recorder): Promise<void> {
  const [first, second, third] = [1, 2, 3].map(script.engine) as [Engine, Engine, Engine];
  const request = { ListenAddr: "0.0.0.0:2377", AdvertiseAddr: script.stage.address(1), Spec: {} };
  await script.ask("init", first.initSwarm(request));
  await script.ask("init again", first.initSwarm(request));
  await script.ask("swarm", first.inspectSwarm());
  await script.ask("manager: info", first.info());
  const { JoinTokens, Spec } = await first.inspectSwarm();
  await script.ask("join with the token of another Swarm", script.join(2, otherToken(JoinTokens.Worker)));
  await script.ask(
    "after a join that was refused",
    first.listNodes().then((nodes) => nodes.length),
  );
  await script.ask("join as a worker", script.join(3, JoinTokens.Worker));
  await script.ask("join again", script.join(3, JoinTokens.Worker));
  await waitUntil("the worker is ready", async () =>
    (await first.listNodes()).every(({ Status }) => Status.State === "ready"),
  );
  await script.ask("worker: info", third.info());
  await script.ask("worker: nodes", third.listNodes());
  await script.ask("worker: unlock", third.unlockSwarm("SWMKEY-1-x"));
  await script.ask("a node", first.listNodes({ role: ["worker"] }));
  await script.ask("a manager", first.listNodes({ role: ["manager"] }));
  await script.ask("a node that is not there", first.inspectNode("nothing"));
  await script.ask("the manager leaves", first.leaveSwarm(false));
  const [manager, worker] = await first.listNodes();
  const [self] = [manager, worker].filter((node) => node?.ManagerStatus);
  const [other] = [manager, worker].filter((node) => !node?.ManagerStatus);
  if (!self || !other) throw new Error("there are not one manager and one worker");
  await script.ask("a node that runs is removed", first.removeNode(other.ID, false));
  await script.ask("a manager is removed", first.removeNode(self.ID, true));
  await script.ask("a node out of sequence", first.updateNode(other.ID, other.Version.Index - 1, other.Spec));
  await script.ask(
    "the last manager is demoted",
    first.updateNode(self.ID, self.Version.Index, { ...self.Spec, Role: "worker" }),
  );
  await script.ask("swarm out of sequence", first.updateSwarm(1, Spec));
  await script.ask("a key where nothing is locked", first.getUnlockKey().then(String));
  await script.ask("nothing to unlock", first.unlockSwarm("SWMKEY-1-x"));
  await script.ask("a second manager", script.join(2, JoinTokens.Manager));
  await waitUntil("the second manager is ready", async () =>
    (await first.listNodes()).every(({ Status }) => Status.State === "ready"),
  );
  await script.ask("second manager: info", second.info());
  await script.ask("one of two managers leaves", second.leaveSwarm(false));
}

export async function roles(script: Recorder): Promise<void> {
  const engine = script.engine(1);
  const worker = async () => {
    const [node] = (await engine.listNodes()).filter(({ Description }) => Description.Hostname.endsWith("3"));
    if (!node) throw new Error("the worker is gone");
    return node;
  };
  const { ID, Version, Spec } = await worker();
  await script.ask("a worker is promoted", engine.updateNode(ID, Version.Index, { ...Spec, Role: "manager" }));
  await waitUntil("it is a manager", async () => (await script.engine(3).info()).Swarm.ControlAvailable);
  const promoted = await worker();
  await script.ask(
    "a manager of three is demoted",
    engine.updateNode(ID, promoted.Version.Index, { ...promoted.Spec, Role: "worker" }),
  );
  await waitUntil("it is a worker", async () => !(await script.engine(3).info()).Swarm.ControlAvailable);
  await script.ask("a worker leaves", script.engine(3).leaveSwarm(false));
  await waitUntil("it is down", async () => (await worker()).Status.State === "down");
  await script.ask("a node that is down is removed", engine.removeNode(ID, false));
}

/** Locks two managers: after a restart one waits for the key, and the other one has no leader. */
export async function locking(script: Recorder): Promise<void> {
  const [first, second] = [script.engine(1), script.engine(2)];
  const { Version, Spec } = await first.inspectSwarm();
  const locking: SwarmSpec = { ...Spec, EncryptionConfig: { AutoLockManagers: true } };
  await script.ask("locking is turned on", first.updateSwarm(Version.Index, locking));
  await script.ask("the key", first.getUnlockKey());
  const key = await first.getUnlockKey();
  await script.stage.encrypted(2);
  await script.stage.stop(2);
  await waitUntil("there is no leader", async () =>
    first.inspectSwarm().then(
      () => false,
      () => true,
    ),
  );
  await script.ask("without a leader: swarm", first.inspectSwarm());
  await script.ask("without a leader: nodes", first.listNodes());
  await script.ask("without a leader: services", first.listServices());
  await script.ask("without a leader: info", first.info());
  await script.stage.start(2);
  await waitUntil("it is locked", async () => (await second.info()).Swarm.LocalNodeState === "locked");
  await script.ask("locked: info", second.info());
  await script.ask("locked: nodes", second.listNodes());
  await script.ask("locked: leave", second.leaveSwarm(false));
  await script.ask("locked: init", second.initSwarm({ Spec: {} }));
  await script.ask("locked: join", script.join(2, "SWMTKN-1-x-y"));
  await script.ask("locked: another key", second.unlockSwarm(key.replace(/.$/, (last) => (last === "A" ? "B" : "A"))));
  await script.ask("locked: the key", second.unlockSwarm(key));
  await waitUntil("there is a leader again", async () =>
    first.inspectSwarm().then(
      () => true,
      () => false,
    ),
  );
}

/** Returns a well-formed token of no existing Swarm. */
const otherToken = (token: string) => token.replace(/[^-]+$/, (secret) => [...secret].toReversed().join(""));
