import { expect, test } from "vitest";
import { enginePackage } from "../../../../provider/hosts/engine-package.ts";
import { type EngineSource } from "../../../../core/engine-source.ts";

const DEBIAN = 'ID=debian\nVERSION_CODENAME="bookworm"\n';
const MINT = 'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_CODENAME=xia\nUBUNTU_CODENAME=noble\n';
const ROCKY = 'ID="rocky"\nID_LIKE="rhel centos fedora"\n';
const AMAZON = 'ID="amzn"\nID_LIKE="centos rhel fedora"\n';
const DOCKERS = ["docker-ce", "docker-ce-cli", "containerd.io"];

test.each<[string, EngineSource, boolean, string[]]>([
  [DEBIAN, "distribution", false, ["docker.io", "iptables"]],
  [MINT, "distribution", true, ["docker.io", "iptables", "apparmor"]],
  ["ID=fedora\n", "distribution", false, ["moby-engine"]],
  [AMAZON, "distribution", false, ["docker"]],
  [DEBIAN, "docker", false, DOCKERS],
  [MINT, "docker", true, [...DOCKERS, "apparmor"]],
  [ROCKY, "docker", false, DOCKERS],
])("the packages of %j from %s", (osRelease, source, hasAppArmor, packages) => {
  expect(enginePackage(osRelease, { source, hasAppArmor }).packages).toEqual(packages);
});

test.each([
  [DEBIAN, "deb [signed-by=/etc/apt/keyrings/docker.asc] https://download.docker.com/linux/debian bookworm stable"],
  [MINT, "deb [signed-by=/etc/apt/keyrings/docker.asc] https://download.docker.com/linux/ubuntu noble stable"],
  [ROCKY, "https://download.docker.com/linux/centos/docker-ce.repo"],
  ["ID=rhel\n", "https://download.docker.com/linux/rhel/docker-ce.repo"],
  ["ID=fedora\n", "https://download.docker.com/linux/fedora/docker-ce.repo"],
])("Docker's repository for %j", (osRelease, expected) => {
  const { commands } = enginePackage(osRelease, { source: "docker", hasAppArmor: false });
  expect(commands.flat()).toContain(expected);
  expect(commands.at(-1)).toContain("docker-ce");
});

test.each<[string, EngineSource, RegExp]>([
  [ROCKY, "distribution", /no package of "rocky" is known.*install it as described/],
  [AMAZON, "docker", /no package in Docker's repository for "amzn" is known/],
  [
    'ID=opensuse-leap\nID_LIKE="suse opensuse"\n',
    "docker",
    /no package in Docker's repository for "opensuse-leap" is known/,
  ],
  ["", "distribution", /no package of "this system" is known/],
])("without a package for %j from %s, the error says how to install it", (osRelease, source, expected) => {
  expect(() => enginePackage(osRelease, { source, hasAppArmor: false })).toThrow(expected);
});

test.each([[DEBIAN], [MINT]])("apt-get waits for its lock: %j", (osRelease) => {
  for (const source of ["distribution", "docker"] as const) {
    const { commands } = enginePackage(osRelease, { source, hasAppArmor: false });
    const calls = commands.filter(([program]) => program === "apt-get");
    expect(calls).not.toEqual([]);
    for (const call of calls) expect(call).toContain("DPkg::Lock::Timeout=300");
  }
});
