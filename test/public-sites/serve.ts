// Serves stand-ins for GitHub's releases and Docker Hub behind a proxy that inspects TLS, until Ctrl-C, and makes a clone
// with their checksums and image: `node test/public-sites/serve.ts <new folder>`. docs/tested.md says how to use it.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { getCACertificates } from "node:tls";
import { DEFAULT_MINIO_IMAGE } from "../../core/default-images.ts";
import { ROOT } from "../../toolchain/cache.ts";
import { CHECKSUMS_FILE, readChecksums } from "../../toolchain/checksums.ts";
import { ensurePythonAndGo, ensureYamlHost } from "../../toolchain/languages.ts";
import { ensurePulumi } from "../../toolchain/pulumi.ts";
import { pulumiArchive } from "../../toolchain/releases.ts";
import { onTerminationSignal } from "../../toolchain/signals.ts";
import { DOCKER_PLUGIN, publishReleases, type Releases } from "./archive.ts";
import { machineReleases } from "./machine-releases.ts";
import { InspectingProxy } from "./proxy.ts";
import { RegistrySite } from "./registry.ts";
import { ReleaseSite } from "./releases.ts";
import { siloImage } from "./silo.ts";

const [argument] = process.argv.slice(2);
if (argument === undefined) throw new Error("usage: node test/public-sites/serve.ts <new folder>");
const folder = resolve(argument);
mkdirSync(folder);

const pulumi = await ensurePulumi();
const [otherHosts = ""] = await ensurePythonAndGo(pulumi);
const releases = await machineReleases([await ensureYamlHost(pulumi), otherHosts]);
const releaseSite = new ReleaseSite();
publishReleases(releaseSite, releases);
const registry = new RegistrySite();
makeClone(join(folder, "clone"), releases, registry.publish(await siloImage()));

const proxy = await InspectingProxy.start({ ...releaseSite.hosts, ...registry.hosts }, { forwards: true });
const trusted = join(folder, "trusted.pem");
writeFileSync(
  trusted,
  [...getCACertificates("system"), ...getCACertificates("extra"), proxy.authority.certificate].join("\n"),
);
writeFileSync(join(folder, "environment"), environment(`http://127.0.0.1:${proxy.port}`));
console.log(`The stand-ins answer until Ctrl-C. In another shell: . ${folder}/environment && cd ${folder}/clone`);
const stop = onTerminationSignal(() => {
  stop();
  proxy.close();
  const counts = Map.groupBy(proxy.requests, (request) => request.split("/")[0]);
  for (const [what, requests] of counts) console.log(`${requests.length} ${what}`);
});

/** Clones this repository's last commit, and commits the checksums and the digest of the stand-ins there. */
function makeClone(clone: string, { cli, dockerPlugin }: Releases, digest: string): void {
  const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" });
  git("clone", "--quiet", ROOT, clone);
  const sums = { ...readChecksums(), [pulumiArchive().name]: sha256(cli), [DOCKER_PLUGIN.name]: sha256(dockerPlugin) };
  writeFileSync(join(clone, CHECKSUMS_FILE), `${JSON.stringify(sums, null, 2)}\n`);
  const [, before = ""] = DEFAULT_MINIO_IMAGE.split("@");
  for (const name of git("-C", clone, "grep", "--files-with-matches", before).trim().split("\n")) {
    const file = join(clone, name);
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(before, digest));
  }
  const author = ["-c", "user.name=stand-in", "-c", "user.email=stand-in@example.com"];
  git("-C", clone, ...author, "commit", "--quiet", "--all", "--message=chore: files of the stand-ins");
}

/** Returns what a user behind the proxy sets, and an empty cache. A shell reads it. */
function environment(url: string): string {
  const variables = {
    // Many set both spellings.
    ...{ HTTPS_PROXY: url, https_proxy: url, HTTP_PROXY: url, http_proxy: url },
    NODE_EXTRA_CA_CERTS: trusted,
    // For the engine: an administrator would add the authority to the system's.
    SSL_CERT_FILE: trusted,
    XDG_CACHE_HOME: join(folder, "cache"),
  };
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join("");
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
