import { readFile } from "node:fs/promises";
import { type MachineFacts, parseListening, parseMounts, parseRoutes } from "./machine.ts";

/** Reads the facts of this machine from /proc. Linux only. */
export async function readLocalFacts(): Promise<MachineFacts> {
  const [routes, mounts, tcp, tcp6] = await Promise.all(
    ["/proc/net/route", "/proc/self/mountinfo", "/proc/net/tcp", "/proc/net/tcp6"].map(read),
  );
  return {
    routes: parseRoutes(routes!),
    mounts: parseMounts(mounts!),
    listening: [...new Set([...parseListening(tcp!), ...parseListening(tcp6!)])],
  };
}

/** Machines without IPv6 have no /proc/net/tcp6. */
function read(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}
