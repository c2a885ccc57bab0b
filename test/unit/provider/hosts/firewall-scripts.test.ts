import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { runLocalScript } from "../../../../engine/this-machine.ts";
import { installScript, type OwnedFilter, removeScript } from "../../../../provider/hosts/firewall-scripts.ts";

const OWNER = { id: "4f1c", project: "p", stack: "s", name: "store-firewall" };
const FILTER = { chain: "PULUMI-SWARM-1", title: 'MinioService "store"', ports: [9000], allowFrom: ["10.1.0.0/16"] };
const OWNED: OwnedFilter = { owner: OWNER, filter: FILTER };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-rules-"));
  mkdirSync(join(folder, "bin"));
  mkdirSync(join(folder, "rules"));
  // Has nothing left to delete, and finds every rule and chain.
  const fake = `#!/bin/sh\ncase "$*" in *-D*) exit 1 ;; esac\necho "$*" >>'${join(folder, "calls")}'\n`;
  for (const name of ["iptables", "ip6tables", "iptables-restore", "ip6tables-restore"]) {
    writeFileSync(join(folder, "bin", name), fake, { mode: 0o755 });
  }
  vi.stubEnv("PATH", `${join(folder, "bin")}${delimiter}${process.env["PATH"]}`);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

const file = () => join(folder, "rules", "PULUMI-SWARM-1.sh");
const found = (owner: string) => writeFileSync(file(), `#!/bin/sh\n${owner}\n`);
const changes = () => {
  const calls = existsSync(join(folder, "calls")) ? readFileSync(join(folder, "calls"), "utf8").trim().split("\n") : [];
  return calls.filter((call) => !/^-w -[CS] /.test(call));
};

/** Runs a script on a machine without systemd, with a folder of the test in place of /etc. */
function runOn(script: string) {
  const here = script.replaceAll("/etc/pulumi-swarm/firewall", join(folder, "rules"));
  return runLocalScript(here.replaceAll("/run/systemd/system", "/nowhere").replaceAll("rmdir", "true"));
}

describe("the rules of a chain", () => {
  test.each<[string, string, string?]>([
    ["of a run that was killed", "# pulumi-swarm.owner=4f1c store-firewall"],
    ["of an earlier release, which names no owner", "# Who may reach the ports 9000"],
    ["under the old name of a renamed component", "# pulumi-swarm.owner=4f1c former", "former"],
  ])("%s are installed again", async (_, owner, formerName) => {
    found(owner);
    expect(await runOn(installScript(OWNED, formerName))).toMatchObject({ exitCode: 0 });
    expect(readFileSync(file(), "utf8")).toContain("\n# pulumi-swarm.owner=4f1c store-firewall\n");
    expect(changes()).toContain("-w --noflush");
  });

  test.each([
    ["another state", "77aa store-firewall"],
    ["another resource of this state", "4f1c other"],
  ])("of %s are an error, and survive the removal of ours", async (_, by) => {
    found(`# pulumi-swarm.owner=${by}`);
    const before = readFileSync(file(), "utf8");
    const { exitCode, stderr } = await runOn(installScript(OWNED));
    expect(exitCode).toBe(1);
    expect(stderr.trim()).toMatch(
      new RegExp(`^chain PULUMI-SWARM-1 there belongs to another resource \\(identity and name: ${by}\\): choose`),
    );
    expect((await runOn(removeScript(OWNED))).stdout).toBe(`chain PULUMI-SWARM-1 stays: it belongs to ${by}\n`);
    expect(changes()).toEqual([]);
    expect(readFileSync(file(), "utf8")).toBe(before);
  });

  test("of our own are removed with the resource", async () => {
    found("# pulumi-swarm.owner=4f1c store-firewall");
    expect(await runOn(removeScript(OWNED))).toMatchObject({ exitCode: 0, stdout: "" });
    expect(changes()).toContain("-w -X PULUMI-SWARM-1");
    expect(existsSync(file())).toBe(false);
  });
});
