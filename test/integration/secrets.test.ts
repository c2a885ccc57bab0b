import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../engine/engine.ts";
import { readEvents } from "../../commands/lib/events.ts";
import { ONE_DRIVE, describeOnLab } from "./lab-fixture.ts";
import type { TestStack } from "./stack.ts";

describeOnLab("nothing secret is anywhere but where it belongs", (scene) => {
  let stack: TestStack;
  /** What must not be found, by what it is. */
  let needles: Record<string, string>;
  const said: Record<string, string> = {};

  beforeAll(async () => {
    stack = await scene().stack({ drives: ONE_DRIVE });
    said["up"] = (await stack.up()).output;
    said["preview"] = (await stack.preview()).output;
    said["refresh"] = (await stack.refresh()).output;
    stack.config("rootUser", "keeper");
    // More than that Pulumi tells only with --debug, and then its SDK prints every secret of every program.
    const flags = ["--yes", "--skip-preview", "--diff", "--show-full-output", "--show-replacement-steps"];
    said["up in full"] = (await stack.start("up", flags).outcome).output;

    const { engine } = scene().host;
    const { JoinTokens } = await engine.inspectSwarm();
    const { rootPassword } = await stack.outputs({ showSecrets: true });
    needles = { password: String(rootPassword), worker: JoinTokens.Worker, manager: JoinTokens.Manager };
  });

  /** Which of the needles a text has, as it is or in base64. */
  const found = (text: string) =>
    Object.entries(needles).flatMap(([what, needle]) => {
      const encoded = Buffer.from(needle).toString("base64");
      return text.includes(needle) || text.includes(encoded) ? [what] : [];
    });

  test("the needles are the right ones: they are found where they belong", async () => {
    expect(Object.values(needles).every((needle) => needle.length >= 40)).toBe(true);
    expect(found(await stack.pulumi("stack", "export", "--show-secrets"))).toEqual(["password", "worker", "manager"]);
    const [container] = await scene().host.engine.listContainers();
    const pid = await firstProcess(scene().host.engine, container?.Id ?? "");
    expect(found(readFileSync(`/proc/${pid}/root/run/secrets/root-password`, "utf8"))).toEqual(["password"]);
    expect(said["up in full"]).toContain("minio-root-password");
    expect(said["up in full"]).toContain("rootPassword");
  });

  test("not in the state", async () => {
    expect(found(await stack.pulumi("stack", "export"))).toEqual([]);
    expect(found(await stack.pulumi("stack", "output", "--json"))).toEqual([]);
    expect(found(await stack.pulumi("stack", "history", "--json"))).toEqual([]);
  });

  test("not in any file of the stack: state, backups, histories, event logs, settings", () => {
    const files = readdirSync(stack.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const leaking = files
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => found(textOf(file)).length > 0);
    expect(files.length).toBeGreaterThan(5);
    expect(leaking).toEqual([]);
  });

  test("not in what Pulumi prints, however much it is asked to tell", () => {
    expect(Object.keys(said)).toHaveLength(4);
    for (const [command, output] of Object.entries(said)) expect([command, found(output)]).toEqual([command, []]);
  });

  describe("not in the engine", () => {
    test.each(["services", "tasks", "secrets", "configs", "networks", "nodes", "info", "containers/json?all=1"])(
      "%s",
      async (path) => {
        expect(found(JSON.stringify(await scene().host.engine.request("GET", `/${path}`)))).toEqual([]);
      },
    );

    test("containers and volumes, inspected", async () => {
      const { engine } = scene().host;
      for (const { Id } of await engine.listContainers(undefined, true)) {
        expect(found(JSON.stringify(await engine.request("GET", `/containers/${Id}/json`)))).toEqual([]);
      }
      expect(found(JSON.stringify(await engine.listVolumes()))).toEqual([]);
    });

    test("the service's log", async () => {
      const { engine } = scene().host;
      const [container] = await engine.listContainers();
      const pid = await firstProcess(engine, container?.Id ?? "");
      expect(pid).toBeGreaterThan(1);
      const log = await scene().host.run("docker", "logs", container?.Id ?? "");
      expect(found(log)).toEqual([]);
    });
  });

  test("not in any process's command line or environment, on the machine and in the containers", () => {
    const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
    const seen = processes.map((pid) => ({ pid, text: read(`/proc/${pid}/cmdline`) + read(`/proc/${pid}/environ`) }));
    expect(seen.some(({ text }) => text.includes("MINIO_ROOT_PASSWORD_FILE"))).toBe(true);
    expect(seen.filter(({ text }) => found(text).length > 0).map(({ pid }) => pid)).toEqual([]);
  });
});

/** The container's first process, by its id on this machine. */
async function firstProcess(engine: Engine, container: string): Promise<number> {
  const inMachine = (await engine.request<{ State: { Pid: number } }>("GET", `/containers/${container}/json`)).State
    .Pid;
  const entry = readdirSync("/proc").find((name) => {
    const [, inner] = /^NSpid:\s+(.*)$/m.exec(read(`/proc/${name}/status`)) ?? [];
    const ids = inner?.split("\t") ?? [];
    // This machine's, the lab machine's, the container's own.
    return ids.length === 3 && Number(ids[1]) === inMachine && read(`/proc/${name}/cgroup`).includes(container);
  });
  return Number(entry);
}

/** A file's text; of an event log what it holds without --debug, which is in it all the same. */
function textOf(file: string): string {
  if (!file.endsWith(".jsonl")) return readFileSync(file, "latin1");
  const events = readEvents(file).filter(({ diagnosticEvent }) => diagnosticEvent?.severity !== "debug");
  return events.map((event) => JSON.stringify(event)).join("\n");
}

/** A process may end while it is looked at. */
function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
