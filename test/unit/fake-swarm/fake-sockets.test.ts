import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Engine } from "../../../engine/engine.ts";
import { Cluster } from "../../../provider/swarm/cluster.ts";
import { type ClusterInputs } from "../../../provider/swarm/cluster-inputs.ts";
import { Member } from "../../../provider/swarm/member.ts";
import { type MemberInputs } from "../../../provider/swarm/member-inputs.ts";
import { FakeEngines } from "../../fake-swarm/fake-engines.ts";
import { OWNER } from "../../fake-swarm/test-swarm.ts";
import { INSTANT } from "../../fake-swarm/timing.ts";

test("creates, shrinks and removes a Swarm over Unix sockets without delays", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-fake-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const fake = await FakeEngines.start(4, { folder, timing: INSTANT });
  onTestFinished(() => fake.stop());
  const managers = { host1: fake.engine(1).connection, host2: fake.engine(2).connection };
  const hostIn = (number: number) => ({ hostKey: `host${number}`, advertiseAddress: fake.engine(number).address });
  const inputs: ClusterInputs = {
    managers,
    owner: OWNER,
    firstManager: { ...hostIn(1), listenAddress: "0.0.0.0:2377" },
    adopt: false,
    allowOutage: false,
  };
  const cluster = await Cluster.create(inputs);
  const members = await Promise.all(
    [1, 2, 3, 4].map((number) => {
      const role = number <= 2 ? "manager" : "worker";
      const member: MemberInputs = {
        ...{ ...hostIn(number), connection: fake.engine(number).connection, managers, swarmId: cluster.id },
        ...{ owner: OWNER, swarmCreatedGatewayBridge: true, role, machineId: `m${number}`, timeoutSeconds: 10 },
      };
      return Member.create(member);
    }),
  );
  const nodes = await new Engine(managers.host1).listNodes();
  expect(nodes.map(({ Spec, Status }) => `${Spec.Role} ${Status.State}`)).toEqual([
    ...["manager ready", "manager ready", "worker ready", "worker ready"],
  ]);
  const { count, bytes } = fake.takeResponseStats();
  expect(count).toBeGreaterThan(4);
  expect(bytes).toBeGreaterThan(count);
  expect(fake.takeResponseStats()).toEqual({ count: 0, bytes: 0 });
  await Promise.all(members.map(({ id, outs }) => Member.delete!(id, outs)));
  await Cluster.delete!(cluster.id, cluster.outs);
  const states = await Promise.all(fake.engines.map(({ connection }) => new Engine(connection).info()));
  expect(states.map(({ Swarm }) => Swarm.LocalNodeState)).toEqual(Array(4).fill("inactive"));
});
