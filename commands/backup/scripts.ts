import { shellQuote } from "../../engine/shell-quoting.ts";

// Commands of a script with `set -eu` that defines `stop_engine` and `start_engine`. Archives contain keys of a Swarm, so
// they are kept in unlinked files, which disappear with the process.

/** Makes a signal run the EXIT trap, which not every shell does by itself. */
const SIGNALS = ["HUP 129", "INT 130", "TERM 143"].map((each) => {
  const [signal, code] = each.split(" ");
  return `trap 'exit ${code}' ${signal}`;
});

/** Returns commands that print the Swarm's state in a Docker root as an archive in base64. */
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
 * Returns commands that read such an archive and replace the folder `swarm` in the Docker root with the one in it. The
 * previous folder is renamed to `previous`. The archive is unpacked first; on any error the previous folder is restored.
 */
export function restoreCommands(root: string, previous: string): string[] {
  return [
    ...SIGNALS,
    'copy=$(mktemp); exec 3>"$copy" 4<"$copy" 5<"$copy"; rm -f "$copy"',
    "base64 -d >&3",
    "tar -tzf - swarm/docker-state.json <&4 > /dev/null",
    `beside=$(mktemp -d ${shellQuote(`${root}/swarm.restored.XXXXXX`)})`,
    "trap 'rm -rf \"$beside\"' EXIT",
    'tar -xzf - -C "$beside" swarm <&5',
    'if [ -h "$beside/swarm" ] || [ ! -f "$beside/swarm/docker-state.json" ]; then',
    '  echo "the archive contains no Swarm state: use a file that npm run backup wrote" >&2; exit 1',
    "fi",
    // With it, the engine would start the node of that time, which may reach its Swarm or have an expired certificate.
    'rm "$beside/swarm/docker-state.json"',
    ...rollBackFunction(root, previous),
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
    `if [ -e ${swarmFolder(root)} ]; then mv ${swarmFolder(root)} ${shellQuote(previous)}; fi`,
    "is_moved=yes",
    `mv "$beside/swarm" ${swarmFolder(root)}`,
    "start_engine",
    "is_started=yes",
  ];
}

/** Returns commands that undo successful `restoreCommands`. */
export function rollBackCommands(root: string, previous: string): string[] {
  return [
    ...SIGNALS,
    ...rollBackFunction(root, previous),
    "trap start_engine EXIT",
    "stop_engine || true",
    "is_moved=yes",
    "put_back",
  ];
}

/** Defines `put_back`. It removes the restored folder only if the previous one was moved away or did not exist. */
function rollBackFunction(root: string, previous: string): string[] {
  return [
    "is_moved=no",
    "put_back() {",
    `  if [ "$is_moved" = yes ] || [ -e ${shellQuote(previous)} ]; then rm -rf ${swarmFolder(root)}; fi`,
    `  if [ -e ${shellQuote(previous)} ]; then mv ${shellQuote(previous)} ${swarmFolder(root)}; fi`,
    "}",
  ];
}

/** Returns commands that start the engine without its Swarm node. The node's data stays. */
export function forgetNodeCommands(root: string): string[] {
  const { state, previous } = nodeFiles(root);
  return [
    ...SIGNALS,
    "trap start_engine EXIT",
    "stop_engine",
    `if [ -e ${state} ]; then mv -f ${state} ${previous}; fi`,
  ];
}

/** The output of `hasForgottenNodeCommands` for such an engine. */
export const FORGOTTEN = "forgotten";

/** Returns commands that print whether an engine has forgotten its node, and neither was restored nor has another one. */
export function hasForgottenNodeCommands(root: string): string[] {
  const { state, previous } = nodeFiles(root);
  return [`if [ -e ${previous} ] && [ ! -e ${state} ]; then echo ${FORGOTTEN}; fi`];
}

/** Returns commands that end what `forgetNodeCommands` began. */
export function discardNodeCommands(root: string): string[] {
  return [`rm -f ${nodeFiles(root).previous}`];
}

/** Returns commands that undo `forgetNodeCommands`. */
export function recallNodeCommands(root: string): string[] {
  const { state, previous } = nodeFiles(root);
  return [...SIGNALS, "trap start_engine EXIT", "stop_engine || true", `mv -f ${previous} ${state}`];
}

/** The file by which an engine knows that it has a node. It contains no secrets, and a new node writes its own. */
function nodeFiles(root: string): { state: string; previous: string } {
  const state = `${root}/swarm/docker-state.json`;
  return { state: shellQuote(state), previous: shellQuote(`${state}.expired`) };
}

const swarmFolder = (root: string) => shellQuote(`${root}/swarm`);
