// Records responses of a real engine as templates for the fake ones: `node test/fake-swarm/record.ts`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startLab } from "../../lab/lab.ts";

/** Unused fields that are specific to the recorded engine. */
const IGNORED_FIELDS = new Set(["TLSInfo", "RegistryConfig", "IndexServerAddress", "DriverStatus", "Plugins"]);

const lab = await startLab({ hosts: 1 });
try {
  const { engine, address } = lab.host(1);
  const ask = (path: string) => engine.request<unknown>("GET", path);
  const outside = {
    info: await ask("/info"),
    networks: await ask("/networks"),
    containers: await ask("/containers/json"),
  };
  const nodeId = await engine.initSwarm({ ListenAddr: "0.0.0.0:2377", AdvertiseAddr: address, Spec: {} });
  const inside = {
    info: await ask("/info"),
    networks: await ask("/networks"),
    swarm: { ...(await engine.inspectSwarm()), JoinTokens: { Worker: "worker", Manager: "manager" } },
    node: await engine.inspectNode(nodeId),
  };
  const text = JSON.stringify(
    { outside, inside },
    (key, value: unknown) => (IGNORED_FIELDS.has(key) ? undefined : value),
    1,
  );
  writeFileSync(join(import.meta.dirname, "recorded.json"), `${text}\n`);
} finally {
  await lab.stop();
}
