import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { distributeInBackground, distributeImage } from "../../commands/lib/distribute-image.ts";
import { stackHosts } from "../../commands/lib/stack-hosts.ts";
import { canPull } from "../../commands/lib/store-image.ts";
import type { Engine } from "../../engine/engine.ts";
import { uninstallEngine } from "../../lab/uninstall-engine.ts";
import { type Lab, startLab, labUnavailableReason } from "../../lab/lab.ts";
import { openBuckets, randomObject, waitUntilShared } from "./s3.ts";
import { TestStack } from "./stack.ts";

const problem = labUnavailableReason();

describe("hosts without Docker Engine or the image", () => {
  let lab: Lab;
  let stack: TestStack;

  beforeAll(async () => {
    if (problem !== undefined) return;
    // This machine's own engine: its package is what the second host gets installed.
    lab = await startLab({ hosts: 2, engines: [] });
    await uninstallEngine(lab.host(2));
  });
  afterAll(async () => {
    stack?.remove();
    await lab?.stop();
  });
  beforeEach(({ skip }) => {
    if (problem !== undefined) skip(problem);
  });

  test("get Docker Engine installed, and an image that they cannot pull", async () => {
    const hosts = {
      a: { ...machine(1), user: "root", role: "manager" },
      b: { ...machine(2), user: "operator", role: "worker" },
    };
    const drives = { d1: {}, d2: {} };
    const settings = { hosts, drives, install: "distribution", encrypted: false, minReadySeconds: 1 };
    const named = stackHosts([], { "pulumi-swarm:hosts": hosts }, false);
    const isThere = (engine: Engine) => canPull(engine, UNAVAILABLE_IMAGE);
    const wanted = await distributeImage(named, { wasDistributed: true, transfers: false, canPull: isThere });
    expect(await lab.host(1).engine.hasImage(wanted!.built.name)).toBe(false);
    const image = await distributeImage(named, { wasDistributed: false, transfers: true, canPull: isThere });
    expect(image!.built.name).toBe(wanted!.built.name);
    expect(await lab.host(1).engine.hasImage(image!.built.name)).toBe(true);
    expect(image!.unreachable.map(({ key }) => key)).toEqual(["b"]);

    stack = await TestStack.create({ config: { stack: "ssh", image: image!.built.name, ...settings } });
    const bringing = distributeInBackground(image!);
    const { output } = await stack.up().finally(() => bringing.stop());
    expect(output).toMatch(/host b: going to install docker\.io iptables with apt-get, start the Docker Engine/);
    expect(await lab.exec(2, "id", "-nG", "operator")).toContain("docker");
    expect(await lab.host(2).engine.hasImage(image!.built.name)).toBe(true);

    await waitUntilShared(stack);
    const through = await openBuckets(stack, "all");
    const object = randomObject();
    await through["a"]!.create();
    await through["b"]!.put("object", object);
    expect((await through["a"]!.get("object")).equals(object)).toBe(true);
    expect((await stack.preview()).steps).toEqual([]);
  });

  function machine(number: number) {
    const { address, hostname, ssh } = lab.host(number);
    return { address, hostname, identityFile: ssh.identityFile, hostKey: ssh.hostKey };
  }
});

/** An image that no registry has. */
const UNAVAILABLE_IMAGE = "registry.invalid/none:1";
