import { copyFileSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { BUILT_IMAGE_PREFIX } from "../core/image-name.ts";
import type { Engine } from "../engine/engine.ts";
import { cacheKey, ensureCached } from "../toolchain/cache.ts";
import { loadImage, packImage } from "../toolchain/docker-image.ts";
import { progress } from "../toolchain/progress.ts";
import { run } from "../toolchain/run.ts";
import { HAPROXY } from "../toolchain/versions.ts";
import { downloadedPackages, downloadFromSuite } from "./debian-suite.ts";

/** The suite of Debian with the HAProxy of the gateway's default image. */
const SUITE = "forky";
const PACKAGES = ["haproxy", "busybox-static"];

/** The image's files in the unpacked packages: two programs, libraries by the names that they load, and the loader. */
const CONTENTS = ["usr/sbin/haproxy", "usr/bin/busybox", "usr/lib/*-linux-gnu/*.so.+([0-9])", "usr/lib*/ld-linux-*"];

/**
 * Loads an image with HAProxy and BusyBox of Debian into the engine, for machines that reach no image registry. It has
 * what a gateway uses of the official image.
 *
 * @returns the image's name, which depends only on its contents
 */
export async function ensureHaproxyImage(engine: Engine): Promise<string> {
  const folder = await ensureHaproxy();
  const root = join(folder, "root");
  const version = readFileSync(join(folder, "version"), "utf8");
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)))
    .toSorted();
  const packed = packImage(
    {
      files: files.map((name) => ({ name, mode: 0o755, content: readFileSync(join(root, name)) })),
      entrypoint: ["/usr/sbin/haproxy"],
      env: ["PATH=/usr/sbin:/usr/bin"],
      labels: {
        "org.opencontainers.image.title": "HAProxy, from packages of Debian by pulumi-swarm",
        "org.opencontainers.image.version": version,
      },
    },
    (hash) => `${BUILT_IMAGE_PREFIX}/haproxy:${version}-${hash}`,
  );
  if (await engine.hasImage(packed.name)) return packed.name;
  await progress("loading the HAProxy image into the engine", () => loadImage(engine, packed));
  return packed.name;
}

/** Returns a folder with the image's files below `root`, and HAProxy's `version`. Cached. */
export function ensureHaproxy(): Promise<string> {
  return ensureCached({
    name: "haproxy",
    key: cacheKey(HAPROXY, [SUITE, ...PACKAGES, ...CONTENTS]),
    create: (folder) => progress(`getting HAProxy of Debian ${SUITE}`, () => unpackHaproxy(folder)),
  });
}

/** @throws if the suite has moved on to another version. */
async function unpackHaproxy(folder: string): Promise<void> {
  const work = join(folder, "work");
  mkdirSync(work);
  await downloadFromSuite(SUITE, PACKAGES, work, { withInstalled: true });
  const packages = downloadedPackages(work);
  const version = /\/haproxy_([\d.]+)/.exec(packages.join("\n"))?.[1] ?? "unknown";
  if (!version.startsWith(`${HAPROXY}.`))
    throw new Error(
      `Debian ${SUITE} has HAProxy ${version} now, and no longer ${HAPROXY}: change toolchain/versions.ts`,
    );
  const unpacked = join(work, "unpacked");
  for (const file of packages) await run("dpkg-deb", ["--extract", file, unpacked]);
  for (const path of globSync(CONTENTS, { cwd: unpacked })) {
    // Programs name their loader by its path without /usr.
    const target = join(folder, "root", /^usr\/lib\w*\/ld-/.test(path) ? path.replace("usr/", "") : path);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(unpacked, path), target);
  }
  writeFileSync(join(folder, "version"), version);
  rmSync(work, { recursive: true });
}
