import { readFile } from "node:fs/promises";
import type { LocalFacts } from "./observed.ts";

/** What the kernel says of this machine; Linux only. */
export async function readLocalFacts(): Promise<LocalFacts> {
  const [routes, mounts, tcp, tcp6] = await Promise.all(
    ["/proc/net/route", "/proc/self/mountinfo", "/proc/net/tcp", "/proc/net/tcp6"].map(read),
  );
  return {
    routes: parseRoutes(routes!),
    mounts: parseMounts(mounts!),
    listening: [...new Set([...parseListening(tcp!), ...parseListening(tcp6!)])],
  };
}

/** `/proc/net/route`: a headline, then `device destination gateway flags … mask …`, addresses in hex, lowest byte first. */
export function parseRoutes(text: string): LocalFacts["routes"] {
  return rows(text)
    .slice(1)
    .map((fields) => ({
      destination: `${addressOf(fields[1]!)}/${bitsOf(fields[7]!)}`,
      device: fields[0]!,
    }));
}

/** `/proc/self/mountinfo`: the device is the third field, the mount point the fifth, with blanks as `\040`. */
export function parseMounts(text: string): LocalFacts["mounts"] {
  return rows(text).map((fields) => ({
    path: fields[4]!.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8))),
    device: fields[2]!,
  }));
}

/** `/proc/net/tcp`: a headline, then `slot local-address:port remote state …`; state 0A is listening. */
export function parseListening(text: string): number[] {
  return rows(text)
    .slice(1)
    .filter((fields) => fields[3] === "0A")
    .map((fields) => Number.parseInt(fields[1]!.split(":")[1]!, 16));
}

function rows(text: string): string[][] {
  return text
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length > 7);
}

function bytesOf(hex: string): number[] {
  return [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

function addressOf(hex: string): string {
  return bytesOf(hex).join(".");
}

function bitsOf(hex: string): number {
  return bytesOf(hex).reduce((bits, byte) => bits + byte.toString(2).replaceAll("0", "").length, 0);
}

/** A machine without IPv6 has no tcp6. */
function read(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}
