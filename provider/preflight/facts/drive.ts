import { shellQuote } from "../../../engine/shell-quoting.ts";

/** A drive's folder on a machine. Undefined fields could not be read. */
export interface DriveFacts {
  /** Ids of the folder's owner. */
  owner?: { user: number; group: number };
  /** The folder's SELinux type, such as `container_file_t`. Undefined without SELinux. */
  selinuxType?: string;
  /** MinIO's format, and the id of the store. */
  format?: { name: string; storeId: string };
  /** Names in a folder that MinIO has not formatted. */
  files?: string[];
}

/** Shell function that prints a folder's facts. Needs `section`. Reads only what this user may read. */
export const DRIVE_FUNCTION = `
drive() {
  section "drive $1"
  [ -r "$1" ] && [ -x "$1" ] || return 0
  stat -c 'owner %u %g' "$1" 2>/dev/null
  stat -c 'label %C' "$1" 2>/dev/null
  if [ -e "$1/.minio.sys" ]; then
    # The beginning has the format and the id; the rest lists all drives of the store.
    printf 'format '; head -c 512 "$1/.minio.sys/format.json" 2>/dev/null | tr -d '\\n'; echo
  else
    ls -A "$1" | head -n 20 | sed 's/^/file /'
  fi
}`;

/** Returns shell commands that print the facts of folders in sections. */
export function driveCommands(folders: readonly string[]): string {
  return folders.map((folder) => `drive ${shellQuote(folder)}`).join("\n");
}

/** Parses the sections that `driveCommands` prints. Returns the facts by folder. */
export function parseDrives(sections: ReadonlyMap<string, string>): Record<string, DriveFacts> {
  return Object.fromEntries(
    [...sections].flatMap(([name, text]) => {
      const [, folder] = /^drive (.*)$/.exec(name) ?? [];
      return folder === undefined || text === "" ? [] : [[folder, parseDrive(text)]];
    }),
  );
}

/** Names that file systems and operating systems create in the root folder of a disk. */
const NOT_FOREIGN = ["lost+found", "System Volume Information", ".Trash-0"];

function parseDrive(text: string): DriveFacts {
  const lines = text.split("\n");
  const [, user, group] = /^owner (\d+) (\d+)$/m.exec(text) ?? [];
  const [, selinuxType] = /^label [^:\s]+:[^:\s]+:([^:\s]+)/m.exec(text) ?? [];
  const format = lines.find((line) => /^format\b/.test(line));
  const files = lines.flatMap((line) => (line.startsWith("file ") ? line.slice("file ".length) : []));
  return {
    owner: user === undefined ? undefined : { user: Number(user), group: Number(group) },
    selinuxType,
    format: format === undefined ? undefined : parseFormat(format),
    files: format === undefined ? files.filter((name) => !NOT_FOREIGN.includes(name)) : undefined,
  };
}

/** Parses `{"version":"1","format":"xl","id":"…","xl":{…`. The end may be missing. */
function parseFormat(text: string): DriveFacts["format"] {
  const [, name] = /"format"\s*:\s*"([^"]+)"/.exec(text) ?? [];
  const [, storeId = ""] = /"id"\s*:\s*"([^"]+)"/.exec(text) ?? [];
  return name === undefined ? undefined : { name, storeId };
}
