import { join } from "node:path";
import { run } from "../../../toolchain/run.ts";
import type { Method } from "./method.ts";

/** Creates the cluster with the docker CLI over ssh, step by step. */
export const byCli: Method = {
  async build(hosts, image) {
    const [first] = hosts;
    if (!first) throw new Error("a cluster needs at least one host");
    const { identityFile, knownHosts } = first.ssh;
    const settings = {
      HOSTS: hosts.map(({ address }) => address).join(" "),
      NAMES: hosts.map(({ hostname }) => hostname).join(" "),
      SSH_FLAGS: `-F none -i ${identityFile} -o UserKnownHostsFile=${knownHosts}`,
      IMAGE: image,
    };
    await run("sh", [join(import.meta.dirname, "docker-cli.sh")], { env: { ...process.env, ...settings } });
  },
  cleanUp() {},
};
