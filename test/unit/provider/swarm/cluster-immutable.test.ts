import { expect, test } from "vitest";
import { Cluster } from "../../../../provider/swarm/cluster.ts";
import type { ClusterInputs } from "../../../../provider/swarm/cluster-inputs.ts";
import { ownerLabels } from "../../../../core/labels.ts";
import { OWNER, withFakeTime } from "../../../fake-swarm/test-swarm.ts";

const { start } = withFakeTime();

const REFUSED = "subnetSize 20: the Swarm was created with 24, and only a new Swarm can have another value; ";

test.each<[string, boolean, boolean, string | undefined]>([
  [
    "its own Swarm",
    true,
    false,
    `${REFUSED}recreating it removes: its node identities. Data in volumes is kept. Restore`,
  ],
  ["its own Swarm with allowOutage", true, true, undefined],
  ["an adopted Swarm", false, false, `${REFUSED}only its owner can recreate it: restore the value`],
  ["an adopted Swarm with allowOutage", false, true, `${REFUSED}only its owner can recreate it: restore the value`],
])("a change of an immutable setting of %s", async (_case, isOurs, allowOutage, reason) => {
  const scene = await start(1);
  const { Version, Spec } = await scene.engine(1).inspectSwarm();
  if (isOurs) await scene.engine(1).updateSwarm(Version.Index, { ...Spec, Labels: ownerLabels(OWNER) });
  const firstManager = { hostKey: "host1", advertiseAddress: "10.0.0.1", listenAddress: "10.0.0.1:2377" };
  const inputs: ClusterInputs = {
    managers: scene.managers,
    owner: OWNER,
    firstManager,
    adopt: true,
    subnetSize: 20,
    allowOutage,
  };
  const { failures } = await Cluster.check!(inputs, inputs);
  expect(failures.map((failure) => failure.reason)).toEqual(reason ? [expect.stringContaining(reason)] : []);
});
