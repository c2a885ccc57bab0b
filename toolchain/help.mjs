// The commands with their options: `--help` prints them, and commands/lib/args.ts reads arguments by them. Plain
// JavaScript without dependencies: launch.mjs prints help on a bare clone and an older Node.

const STACK = ["-s, --stack <name>", "the stack to work on (default: PULUMI_STACK, else dev)"];
const YES = ["-y, --yes", "ask nothing"];
const JSON_OUTPUT = ["-j, --json", "print the result as JSON"];
const SHARED = ["--shared", "use the backend in PULUMI_BACKEND_URL instead of the state in .state/"];

/** The commands by the names of their files in commands/. */
export const COMMANDS = {
  up: {
    run: "npm run up",
    summary: "Creates or updates a stack, waits until it is healthy, and prints its endpoints.",
    usage: "[options] [options of pulumi up]",
    options: [STACK, YES, JSON_OUTPUT],
    forwardsTo: "pulumi up",
    example: "npm run up -- --stack dev --yes",
  },
  preview: {
    run: "npm run preview",
    summary: "Prints what `npm run up` would change.",
    usage: "[options] [options of pulumi preview]",
    options: [STACK, YES, JSON_OUTPUT],
    forwardsTo: "pulumi preview",
    example: "npm run preview -- --stack dev --diff",
  },
  "preview-pr": {
    run: "npm run preview:pr",
    summary: "Prints what `npm run up` would change, as a comment for a pull request.",
    usage: "[options] [options of pulumi preview]",
    options: [
      ["-s, --stack <name>", "a stack to preview; may be given several times (default: PULUMI_STACK, else dev)"],
      SHARED,
      YES,
      JSON_OUTPUT,
    ],
    forwardsTo: "pulumi preview",
    example: "npm run preview:pr -- --stack dev --stack prod",
  },
  down: {
    run: "npm run down",
    summary: "Destroys a stack. Its data volumes and the Docker Engines stay.",
    usage: "[options] [options of pulumi destroy]",
    options: [STACK, ["--delete-data", "also remove the stack's data volumes"], YES, JSON_OUTPUT],
    forwardsTo: "pulumi destroy",
    example: "npm run down -- --stack dev --delete-data",
  },
  verify: {
    run: "npm run verify",
    summary: "Writes objects through each endpoint of a store and reads them back through every other.",
    usage: "[options]",
    options: [STACK, JSON_OUTPUT],
    positionals: [],
    example: "npm run verify -- --stack dev",
  },
  stacks: {
    run: "npm run stacks",
    summary: "Lists the stacks of this repository.",
    usage: "[options]",
    options: [["--changed-since <commit>", "show which stacks the changes since that commit affect"], JSON_OUTPUT],
    positionals: [],
    example: "npm run stacks -- --changed-since origin/main",
  },
  status: {
    run: "npm run status",
    summary: "Shows a stack's hosts, network, services, tasks and store. Exits with 1 if it finds a problem.",
    usage: "[options]",
    options: [STACK, ["--html <file>", "also write the report as an HTML page"], JSON_OUTPUT],
    positionals: [],
    example: "npm run status -- --stack dev --html status.html",
  },
  exec: {
    run: "npm run exec",
    summary: "Runs a command in the MinIO container of a host. The alias `local` has the root credentials.",
    usage: "[options] <host key> <command> …",
    options: [STACK],
    example: "npm run exec -- local mc admin info local",
  },
  env: {
    run: "npm run env",
    summary: "Prints shell exports that let a plain `pulumi` work on a stack.",
    usage: "[options]",
    options: [STACK, SHARED, YES, JSON_OUTPUT],
    positionals: [],
    example: 'eval "$(npm run -s env)"',
  },
  recover: {
    run: "npm run recover",
    summary: "Recovers a Swarm that has lost its quorum, with one manager alone (--force-new-cluster).",
    usage: "[options] <host key>",
    options: [STACK],
    positionals: ["<host key>"],
    example: "npm run recover -- a",
  },
  upgrade: {
    run: "npm run upgrade",
    summary: "Upgrades Docker Engine on a stack's hosts, one after another.",
    usage: "[options]",
    options: [
      STACK,
      ["--to <version>", "the engine's version (default: the newest that the package manager offers)"],
      ["--host <key>", "upgrade this host only"],
      ["--dry-run", "print what would be done"],
      ["--allow-outage", "also stop members that their store cannot do without"],
      JSON_OUTPUT,
    ],
    positionals: [],
    example: "npm run upgrade -- --to 28.5.1 --dry-run",
  },
  backup: {
    run: "npm run backup",
    summary: "Copies the Swarm's state from a manager into a file. The data in the store is not part of it.",
    usage: "[options] <host key> <file>",
    options: [STACK],
    positionals: ["<host key>", "<file>"],
    example: "npm run backup -- a swarm-a.tgz",
  },
  restore: {
    run: "npm run restore",
    summary: "Replaces the Swarm's state on a manager with that of a backup, and continues with this manager alone.",
    usage: "[options] <host key> <file>",
    options: [STACK, ["-y, --yes", "agree to lose changes of the Swarm since the backup"]],
    positionals: ["<host key>", "<file>"],
    example: "npm run restore -- a swarm-a.tgz --yes",
  },
  lab: {
    run: "npm run lab",
    summary: "Runs several hosts on this machine, each with a Docker Engine and an ssh server.",
    usage: "<action> [options]",
    details: [
      "Actions:",
      "  up                           start the hosts, and write Pulumi.lab.yaml for them",
      "  status                       list the hosts with their role in the Swarm",
      "  exec <host> <command> …      run a command on a host",
      "  kill <host>, start <host>    cut a host's power; restore it",
      "  partition <hosts> <hosts> …  drop all traffic between groups of hosts, such as `partition 1 2,3,4`",
      "  heal                         end the partition",
      "  down                         remove the hosts of this clone's lab",
    ],
    options: [
      ["--hosts <number>", "how many hosts `up` starts (default: 4)"],
      ["--disks <number>", "how many disks each host has (default: 0)"],
      ["--engine <versions>", "versions of Docker Engine, assigned to the hosts in turn, such as 28 or 28,29"],
    ],
    example: "npm run lab -- up --hosts 4",
  },
  bench: {
    run: "npm run bench",
    summary: "Measures previews, `up`, and the first run of a fresh clone.",
    usage: "[options] [preview] [up] [clone]",
    options: [STACK, ["--cold", "also measure a clone with empty caches, which takes minutes"], YES, JSON_OUTPUT],
    example: "npm run bench -- preview",
  },
  "bench-hosts": {
    run: "npm run bench:hosts",
    summary: "Measures a Swarm and a store on several hosts of a lab.",
    usage: "[options] [cluster] [growth] [stand-ins] [throughput] [encryption]",
    options: [
      ["--hosts <numbers>", "how many hosts to measure with, such as 5,10; only with a single part"],
      ["--write", "update docs/benchmarks.md and its plots"],
      ["--json", "print the result as JSON"],
    ],
    example: "npm run bench:hosts -- growth --hosts 5,10",
  },
  test: {
    run: "npm test",
    summary: "Prepares everything that the tests need, and runs them.",
    usage: "[options] [files and options of vitest]",
    options: [
      ["--full", "run everything: all cases, and the projects that are skipped by default"],
      ["--durations", "print how long each file and each test took, slowest first"],
    ],
    forwardsTo: "vitest",
    example: "npm test -- --project integration -t drift",
  },
  "test-engines": {
    run: "npm run test:engines",
    summary: "Runs the tests that depend on the version of Docker Engine, on each version.",
    usage: "[options] [files]",
    options: [["--engine <versions>", "which Docker Engines to test, such as 28,29 (default: all)"]],
    example: "npm run test:engines -- --engine 29 lifecycle service",
  },
  "docs-settings": {
    run: "npm run docs:settings",
    summary: "Writes docs/settings.md and the JSON Schema of Pulumi.<stack>.yaml from the schema of the settings.",
    usage: "[options]",
    options: [],
    positionals: [],
    example: "npm run docs:settings",
  },
  checksums: {
    run: "npm run checksums",
    summary:
      "Writes toolchain/checksums.json from the publishers' lists, after a change of a version. Needs internet access.",
    usage: "[options]",
    options: [],
    positionals: [],
    example: "npm run checksums",
  },
  schema: {
    run: "npm run schema",
    summary:
      "Writes the plugin's schema, from which Pulumi generates SDKs, and the table of arguments for programs on Node.js.",
    usage: "[options]",
    options: [],
    positionals: [],
    example: "npm run schema",
  },
};

/** Returns the help of a command. */
export function formatHelp(name) {
  const { run, summary, usage, details = [], options, forwardsTo, example } = COMMANDS[name];
  const rows = [...options, ["-h, --help", "print this help"]];
  const width = Math.max(...rows.map(([option]) => option.length));
  const forwarded = forwardsTo === undefined ? [] : [`All other arguments go to \`${forwardsTo}\`.`, ""];
  return [
    summary,
    "",
    `Usage: ${run} -- ${usage}`,
    "",
    ...(details.length > 0 ? [...details, ""] : []),
    "Options:",
    ...rows.map(([option, text]) => `  ${option.padEnd(width)}  ${text}`),
    "",
    ...forwarded,
    `Example: ${example}`,
  ].join("\n");
}

/** Returns whether the arguments ask for this command's own help, not for that of a command that it runs. */
export function asksForHelp(name, args) {
  const terminator = args.indexOf("--");
  let own = terminator === -1 ? args : args.slice(0, terminator);
  if (name === "exec") own = own.slice(0, indexOfHost(own));
  if (name === "lab" && own[0] === "exec") own = own.slice(0, 2);
  return own.includes("--help") || own.includes("-h");
}

/** Returns the index of the host key of `npm run exec`: the first argument that is neither an option nor its value. */
export function indexOfHost(args) {
  let index = 0;
  while (args[index]?.startsWith("-")) index += ["--stack", "-s"].includes(args[index]) ? 2 : 1;
  return index;
}
