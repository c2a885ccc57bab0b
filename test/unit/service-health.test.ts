import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Engine } from "../../components/engine/engine.ts";
import type { NodeDetails, ServiceSpec, TaskDetails } from "../../components/engine/types.ts";
import type { ServiceInputs } from "../../components/provider/service.ts";
import { workingTasks } from "../../components/provider/service-health.ts";

const spec: ServiceSpec = {
  Name: "store",
  Mode: { Global: {} },
  TaskTemplate: { ContainerSpec: { Image: "minio@sha256:2" } },
};

/** How a container answers the command: with an exit code, or not at all. */
const CONTAINERS: Record<string, number | undefined> = { well: 0, unwell: 1, frozen: undefined };

/** An engine whose containers answer as above; the exec's id is the container's. */
const engine = http.createServer((request, response) => {
  const [, kind, id = "", action] = (request.url ?? "").split("/");
  const answer = (body: unknown) => response.end(JSON.stringify(body));
  if (kind === "_ping") return response.end("OK");
  if (kind === "containers") return answer({ Id: id });
  if (action === "json") return answer({ ExitCode: CONTAINERS[id] });
  if (CONTAINERS[id] === undefined) return;
  const text = Buffer.from("no quorum\n");
  response.end(Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, text.length]), text]));
});
beforeAll(() => new Promise<void>((done) => engine.listen(0, "127.0.0.1", done)));
afterAll(() => {
  engine.closeAllConnections();
  engine.close();
});

const ready = (ID: string) =>
  ({ ID, Status: { State: "ready", Addr: "" }, Description: { Hostname: ID } }) as NodeDetails;
const taskOn = (NodeID: string, ContainerID: string) =>
  ({
    ...{
      ID: `task-${NodeID}`,
      ServiceID: "id",
      NodeID,
      DesiredState: "running",
      CreatedAt: "",
      Spec: spec.TaskTemplate,
    },
    Status: { State: "running", ContainerStatus: { ContainerID } },
  }) as TaskDetails;

/** Asks tasks in these containers, on hosts a, b and so on. */
async function asked(containers: string[], more: Partial<ServiceInputs> = {}) {
  const tasks = containers.map((container, at) => taskOn(`node-${at}`, container));
  const manager: Partial<Record<keyof Engine, unknown>> = {
    tasks: async () => tasks,
    nodes: async () => tasks.map(({ NodeID = "" }) => ready(NodeID)),
  };
  const { port } = engine.address() as AddressInfo;
  const up = { host: `tcp://127.0.0.1:${port}` };
  const gone = { host: "unix:///nowhere/docker.sock" };
  const nodes = Object.fromEntries(
    containers.map((name, at) => ["abc"[at], { nodeId: `node-${at}`, connection: name === "unreachable" ? gone : up }]),
  );
  const inputs = { spec, nodes, tasks: containers.length, readyCommand: ["mc", "ready"], ...more };
  const said = vi.spyOn(console, "log").mockImplementation(() => {});
  const count = await workingTasks(manager as unknown as Engine, "id", inputs as ServiceInputs, 200);
  const lines = said.mock.calls.map(([line]) => String(line));
  said.mockRestore();
  return { count, lines };
}

test("tasks that say that they work count", async () => {
  expect(await asked(["well", "well"])).toEqual({ count: 2, lines: [] });
});

test.each([
  ["says that it does not work", "unwell", "no quorum"],
  ["does not answer", "frozen", "no answer to `mc ready` within 0.2 s"],
])("a task that %s does not count", async (_what, container, why) => {
  const line = `service store: its task on host b runs, but does not work: ${why}`;
  expect(await asked(["well", container])).toEqual({ count: 1, lines: [line] });
});

test("a host whose engine does not answer is no drift", async () => {
  const { count, lines } = await asked(["unreachable", "well"]);
  expect(count).toBe(2);
  expect(lines).toEqual([expect.stringMatching(/^service store: whether it works is not asked on host a: /)]);
});

test("without a command, tasks that run are all that is known", async () => {
  expect(await asked(["unwell", "frozen"], { readyCommand: undefined })).toEqual({ count: 2, lines: [] });
});

test("more tasks than asked for are no drift", async () => {
  expect(await asked(["well", "well"], { tasks: 1 })).toEqual({ count: 1, lines: [] });
});
