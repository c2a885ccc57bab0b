import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_MINIO_IMAGE } from "../../core/default-images.ts";
import { type Lab, type LabHost, labUnavailableReason, startLab } from "../../lab/lab.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { publishReleases } from "../public-sites/archive.ts";
import { machineReleases } from "../public-sites/machine-releases.ts";
import { InspectingProxy } from "../public-sites/proxy.ts";
import { RegistrySite } from "../public-sites/registry.ts";
import { ReleaseSite } from "../public-sites/releases.ts";
import { siloImage } from "../public-sites/silo.ts";
import { makeClone } from "../toolchain/clone.ts";
import { startProcess } from "./pulumi-process.ts";

/** This machine's part of a lab's network. */
const gatewayOf = (host: LabHost) => host.address.replace(/\d+$/, "254");

/**
 * A user's machine with nothing but Node and an engine, which reaches the public sites only through a proxy that inspects
 * TLS: a host of a lab, which has no route to anything else. The clone is a fork with its own checksums and image.
 */
describe("a bare clone behind a proxy", () => {
  const problem = labUnavailableReason();
  if (problem !== undefined) return void test("all of its tests", ({ skip }) => skip(problem));

  const clone = makeClone();
  const folder = mkdtempSync(join(tmpdir(), "pulumi-swarm-public-"));
  let lab: Lab;
  const registry = new RegistrySite();
  let proxy: InspectingProxy;
  let env: Record<string, string>;

  beforeAll(async () => {
    cpSync(join(ROOT, "index.ts"), join(clone, "index.ts"));
    lab = await startLab({ hosts: 1 });
    const host = lab.host(1);
    const releases = new ReleaseSite();
    publishReleases(releases, await machineReleases());
    const digest = registry.publish(await siloImage());
    const file = join(clone, "core/default-images.ts");
    const image = DEFAULT_MINIO_IMAGE.replace(/sha256:.*/, digest);
    writeFileSync(file, readFileSync(file, "utf8").replace(DEFAULT_MINIO_IMAGE, image));
    proxy = await InspectingProxy.start({ ...releases.hosts, ...registry.hosts }, { address: gatewayOf(host) });
    const authority = join(folder, "proxy.pem");
    writeFileSync(authority, proxy.authority.certificate);
    const url = `http://${gatewayOf(host)}:${proxy.port}`;
    mkdirSync(join(folder, "home"));
    env = {
      PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`,
      HOME: join(folder, "home"),
      // Many set both spellings, and gRPC for Node reads only the lowercase one.
      ...{ HTTPS_PROXY: url, https_proxy: url, NODE_EXTRA_CA_CERTS: authority },
    };
    await configureEngine(host, url, authority);
  });

  afterAll(async () => {
    await lab.stop();
    proxy.close();
    for (const each of [folder, dirname(clone)]) rmSync(each, { recursive: true, force: true });
  });

  /** Sets the engine's proxy, and the authority that it trusts, as the administrator of a Debian machine does. */
  async function configureEngine(host: LabHost, url: string, authority: string): Promise<void> {
    await host.run("cp", authority, "/usr/local/share/ca-certificates/proxy.crt");
    await host.run("update-ca-certificates");
    await host.run("sh", "-c", 'printf "export HTTPS_PROXY=%s\\n" "$0" >/etc/default/docker', url);
    await host.stopEngine();
    await host.startEngine();
  }

  /** Runs an npm command in the clone on the host. Returns its output, including standard error. */
  async function runCommand(...args: string[]): Promise<string> {
    const [command, all] = lab.host(1).command("env", "-C", clone, "npm", "run", "-s", ...args);
    const { exitCode, output } = await startProcess(command, all, { cwd: clone, env }).outcome;
    if (exitCode !== 0) throw new Error(`npm run ${args.join(" ")}: ended with ${exitCode}:\n${output}`);
    return output;
  }

  test("`npm run up` downloads Pulumi and its plugin, and the engine pulls the image", async () => {
    await runCommand("checksums");
    const output = await runCommand("up");
    expect(output).toContain("source: official releases");
    expect(output).not.toContain("Go modules");
    expect(output).toContain("pulumi stack output --show-secrets rootPassword");
    expect(await lab.exec(1, "docker", "image", "ls")).toContain("pgsty/silo");
    const hosts = new Set(proxy.requests.map((request) => request.split(/[ /]/)[1]));
    expect([...hosts].toSorted()).toEqual([
      "auth.docker.io",
      "github.com",
      "registry-1.docker.io",
      "release-assets.githubusercontent.com",
    ]);
  });

  test("nothing changes and nothing is downloaded the second time", async () => {
    proxy.requests.length = 0;
    expect(await runCommand("preview")).not.toMatch(/to (create|update|replace|delete)/);
    expect(proxy.requests.filter((request) => request.includes("github"))).toEqual([]);
  });

  test("`npm run verify` writes and reads objects, and `npm run down` removes the stack", async () => {
    expect(await runCommand("verify")).toMatch(/equal/);
    await runCommand("down", "--", "--delete-data", "--yes");
    expect(await lab.exec(1, "docker", "info", "--format", "{{.Swarm.LocalNodeState}}")).toBe("inactive");
  });

  test("`npm run up` fails for an image with another digest, and builds nothing in its place", async () => {
    await lab.exec(1, "sh", "-c", "docker image rm --force $(docker image ls --quiet)");
    registry.isAltered = true;
    const failure = await runCommand("up").then(
      () => "no failure",
      (error: unknown) => String(error),
    );
    // The engine's classic image store, and containerd's.
    expect(failure).toMatch(/(verification failed for|unexpected commit) digest/);
    expect(failure).not.toContain("Go modules");
  });
});
