import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { downloadRelease } from "./download.ts";
import { pluginArchive } from "./releases.ts";
import { run } from "./run.ts";

/**
 * Downloads a plugin and has Pulumi unpack it. `pulumi plugin install` itself would not compare it with our checksum.
 */
export async function downloadPlugin(name: string, version: string, folder: string, pulumiBin: string): Promise<void> {
  const home = join(folder, "home");
  mkdirSync(home);
  const archive = await downloadRelease(pluginArchive(name, version), home);
  const install = ["plugin", "install", "resource", name, `v${version}`, "--file", archive, "--non-interactive"];
  await run(join(pulumiBin, "pulumi"), install, {
    env: { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  cpSync(join(home, "plugins", `resource-${name}-v${version}`), folder, { recursive: true });
  rmSync(home, { recursive: true });
}
