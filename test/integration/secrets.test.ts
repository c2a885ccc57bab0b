import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../engine/engine.ts";
import { readFileText } from "./file-text.ts";
import { ONE_DRIVE, describeOnLab } from "./lab-fixture.ts";
import type { TestStack } from "./stack.ts";

describeOnLab("secrets are found only where they belong:", (fixture) => {
  let stack: TestStack;
  /** The secrets to search for, by name. */
  let secrets: Record<string, string>;
  const outputs: Record<string, string> = {};

  beforeAll(async () => {
    stack = await fixture().stack({ drives: ONE_DRIVE });
    outputs["up"] = (await stack.up()).output;
    outputs["preview"] = (await stack.preview()).output;
    outputs["refresh"] = (await stack.refresh()).output;
    stack.config("rootUser", "keeper");
    // Only --debug prints more, and with it Pulumi's SDK prints every secret of every program.
    const flags = ["--yes", "--skip-preview", "--diff", "--show-full-output", "--show-replacement-steps"];
    outputs["up in full"] = (await stack.start("up", flags).outcome).output;

    const { engine } = fixture().host;
    const { JoinTokens } = await engine.inspectSwarm();
    const { rootPassword } = await stack.outputs({ showSecrets: true });
    secrets = { password: String(rootPassword), worker: JoinTokens.Worker, manager: JoinTokens.Manager };
  });

  /** Returns the names of the secrets that a text contains, in plain or in base64. */
  const found = (text: string) =>
    Object.entries(secrets).flatMap(([what, secret]) => {
      const encoded = Buffer.from(secret).toString("base64");
      return text.includes(secret) || text.includes(encoded) ? [what] : [];
    });

  test("they are found where they belong, so that the searches below mean something", async () => {
    expect(Object.values(secrets).every((secret) => secret.length >= 40)).toBe(true);
    expect(found(await stack.pulumi("stack", "export", "--show-secrets"))).toEqual(["password", "worker", "manager"]);
    const [container] = await fixture().host.engine.listContainers();
    const pid = await firstProcess(fixture().host.engine, container?.Id ?? "");
    expect(found(readFileSync(`/proc/${pid}/root/run/secrets/root-password`, "utf8"))).toEqual(["password"]);
    expect(outputs["up in full"]).toContain("minio-root-password");
    expect(outputs["up in full"]).toContain("rootPassword");
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
      .filter((file) => found(readFileText(file)).length > 0);
    expect(files.length).toBeGreaterThan(5);
    expect(leaking).toEqual([]);
  });

  test("not in the output of Pulumi, even with all flags for more output", () => {
    expect(Object.keys(outputs)).toHaveLength(4);
    for (const [command, output] of Object.entries(outputs)) expect([command, found(output)]).toEqual([command, []]);
  });

  describe("not in the engine", () => {
    test.each(["services", "tasks", "secrets", "configs", "networks", "nodes", "info", "containers/json?all=1"])(
      "%s",
      async (path) => {
        expect(found(JSON.stringify(await fixture().host.engine.request("GET", `/${path}`)))).toEqual([]);
      },
    );

    test("containers and volumes, inspected", async () => {
      const { engine } = fixture().host;
      for (const { Id } of await engine.listContainers(undefined, true)) {
        expect(found(JSON.stringify(await engine.request("GET", `/containers/${Id}/json`)))).toEqual([]);
      }
      expect(found(JSON.stringify(await engine.listVolumes()))).toEqual([]);
    });

    test("the service's log", async () => {
      const { engine } = fixture().host;
      const [container] = await engine.listContainers();
      const pid = await firstProcess(engine, container?.Id ?? "");
      expect(pid).toBeGreaterThan(1);
      const log = await fixture().host.run("docker", "logs", container?.Id ?? "");
      expect(found(log)).toEqual([]);
    });
  });

  test("not in any process's command line or environment, on the machine and in the containers", () => {
    const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
    const running = processes.map((pid) => ({
      pid,
      text: read(`/proc/${pid}/cmdline`) + read(`/proc/${pid}/environ`),
    }));
    expect(running.some(({ text }) => text.includes("MINIO_ROOT_PASSWORD_FILE"))).toBe(true);
    expect(running.filter(({ text }) => found(text).length > 0).map(({ pid }) => pid)).toEqual([]);
  });
});

/** Returns the id of a container's first process on this machine. */
async function firstProcess(engine: Engine, container: string): Promise<number> {
  const inMachine = (await engine.request<{ State: { Pid: number } }>("GET", `/containers/${container}/json`)).State
    .Pid;
  const entry = readdirSync("/proc").find((name) => {
    const [, inner] = /^NSpid:\s+(.*)$/m.exec(read(`/proc/${name}/status`)) ?? [];
    const ids = inner?.split("\t") ?? [];
    // The ids on this machine, on the lab host and in the container.
    return ids.length === 3 && Number(ids[1]) === inMachine && read(`/proc/${name}/cgroup`).includes(container);
  });
  return Number(entry);
}

/** Reads a file of /proc; returns an empty text if the process has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
