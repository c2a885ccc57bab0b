import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { saveSalt, workingConfig, writeWorkingConfig } from "../../commands/lib/config.ts";
import { openState, stackFile, type StateFolder } from "../../commands/lib/state.ts";

let project: string;
let state: StateFolder;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "pulumi-swarm-config-"));
  writeFileSync(join(project, "Pulumi.yaml"), "name: some-project\nruntime: nodejs\n");
  writeFileSync(join(project, "Pulumi.dev.yaml"), "# a comment\nconfig:\n  pulumi-swarm:port: 9000\n");
  state = openState(project);
});

afterEach(() => rmSync(project, { recursive: true, force: true }));

const LOCAL = { "pulumi-swarm:image": "sha256:1" };
const working = () => parse(readFileSync(workingConfig(state, "dev").path, "utf8")) as Record<string, unknown>;
const write = () => writeWorkingConfig(state, "dev", LOCAL);
const edit = (change: object) =>
  writeFileSync(workingConfig(state, "dev").path, stringify({ ...working(), ...change }));

describe("the state folder", () => {
  it("is readable only by its owner", () => {
    expect(statSync(state.path).mode & 0o777).toBe(0o700);
    expect(statSync(state.passphraseFile).mode & 0o777).toBe(0o600);
  });

  it("keeps its passphrase", () => {
    const passphrase = readFileSync(state.passphraseFile, "utf8");
    expect(passphrase.trim().length).toBeGreaterThanOrEqual(40);
    openState(project);
    expect(readFileSync(state.passphraseFile, "utf8")).toBe(passphrase);
  });
});

describe("the working configuration", () => {
  it("contains the tracked values and those of this machine, and leaves the tracked file unchanged", () => {
    const tracked = readFileSync(join(project, "Pulumi.dev.yaml"), "utf8");
    write();
    expect(working()).toEqual({ config: { ...LOCAL, "pulumi-swarm:port": 9000 } });
    expect(readFileSync(join(project, "Pulumi.dev.yaml"), "utf8")).toBe(tracked);
  });

  it("does not override a tracked value", () => {
    writeFileSync(join(project, "Pulumi.dev.yaml"), "config:\n  pulumi-swarm:image: mine:1\n");
    write();
    expect(working()).toEqual({ config: { "pulumi-swarm:image": "mine:1" } });
  });

  it("names the file that is not valid YAML", () => {
    writeFileSync(
      join(project, "Pulumi.dev.yaml"),
      "config:\n  pulumi-swarm:stack: local\n pulumi-swarm:expose: true\n",
    );
    expect(write).toThrow(/\/Pulumi\.dev\.yaml: is not valid YAML: .* at line 3/);
  });

  it("is only written if it changes", () => {
    write();
    const { mtimeNs } = statSync(workingConfig(state, "dev").path, { bigint: true });
    write();
    expect(statSync(workingConfig(state, "dev").path, { bigint: true }).mtimeNs).toBe(mtimeNs);
  });

  it("keeps Pulumi's salt, and adopts a changed tracked value", () => {
    write();
    edit({ encryptionsalt: "v1:salt" });
    writeFileSync(join(project, "Pulumi.dev.yaml"), "config:\n  pulumi-swarm:port: 9100\n");
    write();
    expect(working()).toEqual({ config: { ...LOCAL, "pulumi-swarm:port": 9100 }, encryptionsalt: "v1:salt" });
  });

  it("keeps the changes of `pulumi config set` and `rm`, more than once", () => {
    write();
    edit({ config: { ...LOCAL, "pulumi-swarm:rootUser": "me" } });
    for (let times = 0; times < 2; times++) {
      write();
      expect(working()).toEqual({ config: { ...LOCAL, "pulumi-swarm:rootUser": "me" } });
    }
  });

  it("is restored after a killed Pulumi left it empty", () => {
    write();
    writeFileSync(workingConfig(state, "dev").path, "");
    write();
    expect(working()).toEqual({ config: { ...LOCAL, "pulumi-swarm:port": 9000 } });
  });

  it("adopts tracked values after a run that was killed before it wrote the base", () => {
    write();
    const { basePath } = workingConfig(state, "dev");
    const base = readFileSync(basePath, "utf8");
    const track = (port: number) =>
      writeFileSync(join(project, "Pulumi.dev.yaml"), `config:\n  pulumi-swarm:port: ${port}\n`);
    track(9100);
    write();
    writeFileSync(basePath, base);
    write();
    track(9200);
    write();
    expect(working()).toEqual({ config: { ...LOCAL, "pulumi-swarm:port": 9200 } });
  });

  it("keeps a salt that is created before there is a file", () => {
    saveSalt(state, "dev", "v1:salt");
    write();
    expect(working()).toEqual({ config: { ...LOCAL, "pulumi-swarm:port": 9000 }, encryptionsalt: "v1:salt" });
    expect(statSync(workingConfig(state, "dev").path).mode & 0o777).toBe(0o600);
  });

  it("finds a lost salt in the stack's state", () => {
    const file = stackFile(state, "dev");
    mkdirSync(dirname(file), { recursive: true });
    const latest = { secrets_providers: { type: "passphrase", state: { salt: "v1:of-the-state" } } };
    writeFileSync(file, JSON.stringify({ version: 3, checkpoint: { latest } }));
    write();
    expect(working()).toMatchObject({ encryptionsalt: "v1:of-the-state" });
  });
});
