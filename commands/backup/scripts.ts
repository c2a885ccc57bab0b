import { shellQuote } from "../../engine/shell-quoting.ts";

// Commands of a script with `set -eu`, in which `stop_engine` and `start_engine` are defined. Archives hold keys of a
// Swarm: they lie in files without a name, which no signal leaves behind.

/** Not every shell runs what is to be done at its end when a signal ends it. */
const SIGNALS = ["HUP 129", "INT 130", "TERM 143"].map((each) => {
  const [signal, code] = each.split(" ");
  return `trap 'exit ${code}' ${signal}`;
});

/** Prints the Swarm's state below a Docker root as an archive in base64. */
export function backupCommands(root: string): string[] {
  return [
    ...SIGNALS,
    'copy=$(mktemp); exec 3>"$copy" 4<"$copy"; rm -f "$copy"',
    "trap start_engine EXIT",
    "stop_engine",
    `tar -czf - -C ${shellQuote(root)} swarm >&3`,
    "base64 <&4",
  ];
}

/**
 * Reads such an archive and puts its folder `swarm`, and nothing else of it, in place of the one below the Docker root,
 * which gets the name `former`. It is unpacked beside the other one first; whatever fails, the other one is put back.
 */
export function restoreCommands(root: string, former: string): string[] {
  return [
    ...SIGNALS,
    'copy=$(mktemp); exec 3>"$copy" 4<"$copy" 5<"$copy"; rm -f "$copy"',
    "base64 -d >&3",
    "tar -tzf - swarm/docker-state.json <&4 > /dev/null",
    `beside=$(mktemp -d ${shellQuote(`${root}/swarm.restored.XXXXXX`)})`,
    "trap 'rm -rf \"$beside\"' EXIT",
    'tar -xzf - -C "$beside" swarm <&5',
    'if [ -h "$beside/swarm" ] || [ ! -f "$beside/swarm/docker-state.json" ]; then',
    '  echo "the archive holds no Swarm state: give a file that npm run backup wrote" >&2; exit 1',
    "fi",
    ...rollBackFunction(root, former),
    "is_started=no",
    "finish() {",
    "  code=$?; trap - EXIT; trap '' HUP INT TERM; set +e",
    '  if [ "$code" != 0 ]; then stop_engine; put_back; is_started=no; fi',
    '  rm -rf "$beside"',
    '  if [ "$is_started" = no ]; then start_engine || code=1; fi',
    '  exit "$code"',
    "}",
    "trap finish EXIT",
    "stop_engine",
    `if [ -e ${swarmFolder(root)} ]; then mv ${swarmFolder(root)} ${shellQuote(former)}; fi`,
    "is_moved=yes",
    `mv "$beside/swarm" ${swarmFolder(root)}`,
    "start_engine",
    "is_started=yes",
  ];
}

/** Undoes `restoreCommands` once they have succeeded. */
export function rollBackCommands(root: string, former: string): string[] {
  return [
    ...SIGNALS,
    ...rollBackFunction(root, former),
    "trap start_engine EXIT",
    "stop_engine || true",
    "is_moved=yes",
    "put_back",
  ];
}

/** Defines `put_back`. The restored folder goes only where the other one is out of the way, or there was none. */
function rollBackFunction(root: string, former: string): string[] {
  return [
    "is_moved=no",
    "put_back() {",
    `  if [ "$is_moved" = yes ] || [ -e ${shellQuote(former)} ]; then rm -rf ${swarmFolder(root)}; fi`,
    `  if [ -e ${shellQuote(former)} ]; then mv ${shellQuote(former)} ${swarmFolder(root)}; fi`,
    "}",
  ];
}

const swarmFolder = (root: string) => shellQuote(`${root}/swarm`);
