import { expect, test } from "vitest";
import { fileUrl, pluginArchive, pulumiArchive } from "../../../toolchain/releases.ts";
import { PULUMI } from "../../../toolchain/versions.ts";

test.each([
  ["linux", "x64", "linux-x64", "linux-amd64"],
  ["linux", "arm64", "linux-arm64", "linux-arm64"],
  ["darwin", "x64", "darwin-x64", "darwin-amd64"],
  ["darwin", "arm64", "darwin-arm64", "darwin-arm64"],
])("Pulumi's releases name %s on %s %s, and for plugins %s", (platform, arch, cli, plugin) => {
  expect(fileUrl(pulumiArchive(platform, arch))).toBe(
    `https://github.com/pulumi/pulumi/releases/download/v${PULUMI}/pulumi-v${PULUMI}-${cli}.tar.gz`,
  );
  expect(fileUrl(pluginArchive("docker", "5.2.0", platform, arch))).toBe(
    `https://github.com/pulumi/pulumi-docker/releases/download/v5.2.0/pulumi-resource-docker-v5.2.0-${plugin}.tar.gz`,
  );
});
