import { createHash } from "node:crypto";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "../../toolchain/run.ts";
import { writePackageIndex } from "../uninstall-engine.ts";
import { RELEASE } from "./build.ts";

/** The Debian packages from which Docker's packages are created. */
const SOURCES = { engine: "docker.io", runtime: "containerd" };

/** The client in Debian's package, for which Docker has a separate package. */
const CLIENT = "usr/bin/docker";

/**
 * Creates a repository with the layout, names and signatures of Docker's, but with Debian's engine: Docker's is not
 * available where only package registries can be reached. To a client that installs `docker-ce` both look the same.
 *
 * @param packages folder with Debian's packages; those that become Docker's are removed from it
 * @param folder the target: `<folder>/debian` is the repository
 * @returns the version of Docker Engine in it
 */
export async function createDockerRepository(packages: string, folder: string): Promise<string> {
  const repository = join(folder, "debian");
  mkdirSync(repository, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), "docker-repository-"));
  try {
    const engine = await unpackPackage(packages, SOURCES.engine, work);
    const [version = ""] = /^\d+\.\d+\.\d+/.exec(readField(engine, "Version")) ?? [];
    const number = `5:${version}-1~debian.12~${RELEASE}`;
    const client = join(work, "client");
    move(join(engine, CLIENT), join(client, CLIENT));
    mkdirSync(join(client, "DEBIAN"));
    writeFileSync(
      join(client, "DEBIAN", "control"),
      `Package: docker-ce-cli\nVersion: ${number}\nArchitecture: amd64\nMaintainer: lab\nDescription: Docker CLI\n`,
    );
    const needs = readField(engine, "Depends").replace(/\bcontainerd\b[^,]*/, "containerd.io, docker-ce-cli");
    setFields(engine, { Package: "docker-ce", Version: number, Depends: needs, Conflicts: SOURCES.engine });
    const runtime = await unpackPackage(packages, SOURCES.runtime, work);
    setFields(runtime, { Package: "containerd.io" });
    for (const tree of [client, engine, runtime]) await run("dpkg-deb", ["-Zgzip", "-z1", "--build", tree, repository]);
    await writePackageIndex(repository);
    await sign(repository, work);
    return version;
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** Removes a package from the folder, and unpacks it with its metadata. */
async function unpackPackage(packages: string, name: string, work: string): Promise<string> {
  const file = readdirSync(packages).find((entry) => entry.startsWith(`${name}_`));
  if (file === undefined) throw new Error(`lab: there is no package ${name} in ${packages}`);
  const tree = join(work, name);
  await run("dpkg-deb", ["--raw-extract", join(packages, file), tree]);
  rmSync(join(packages, file));
  return tree;
}

const control = (tree: string) => readFileSync(join(tree, "DEBIAN", "control"), "utf8");
const readField = (tree: string, name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(control(tree))?.[1] ?? "";

/** Sets fields of a package's metadata. */
function setFields(tree: string, fields: Record<string, string>): void {
  const changed = Object.entries(fields).reduce(
    (text, [name, value]) => text.replace(new RegExp(`^${name}: .*$`, "m"), () => `${name}: ${value}`),
    control(tree),
  );
  writeFileSync(join(tree, "DEBIAN", "control"), changed);
}

function move(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  renameSync(from, to);
}

/** Writes the signed release file that apt requires, and the public key. */
async function sign(repository: string, work: string): Promise<void> {
  const release = join(repository, "dists", RELEASE);
  const index = "stable/binary-amd64/Packages";
  mkdirSync(dirname(join(release, index)), { recursive: true });
  copyFileSync(join(repository, "Packages"), join(release, index));
  rmSync(join(repository, "Packages"));
  const content = readFileSync(join(release, index));
  const sum = createHash("sha256").update(content).digest("hex");
  const fields = {
    ...{ Origin: "Docker", Suite: RELEASE, Codename: RELEASE, Components: "stable", Architectures: "amd64" },
    ...{ Date: new Date().toUTCString(), SHA256: `\n ${sum} ${content.length} ${index}` },
  };
  const file = join(work, "Release");
  writeFileSync(
    file,
    `${Object.entries(fields)
      .map(([name, value]) => `${name}: ${value}`)
      .join("\n")}\n`,
  );
  const home = join(work, "gnupg");
  mkdirSync(home, { mode: 0o700 });
  const gpg = (...args: string[]) => run("gpg", ["--homedir", home, "--batch", "--quiet", ...args]);
  try {
    await gpg("--passphrase", "", "--quick-generate-key", "lab", "rsa2048", "sign", "never");
    await gpg("--clearsign", "--output", join(release, "InRelease"), file);
    writeFileSync(join(repository, "gpg"), await gpg("--armor", "--export"));
  } finally {
    await run("gpgconf", ["--homedir", home, "--kill", "all"]);
  }
}
