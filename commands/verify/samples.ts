import { createHash } from "node:crypto";

/** An object to write: its purpose, its name, and its size in bytes. */
export interface Sample {
  name: string;
  size: number;
}

/** The minimum size of a part in S3; larger objects are written in parts. */
export const PART_BYTES = 5 * 1024 * 1024;

/** One object for each kind that a store may treat differently: by size, by upload method, by name. */
export const SAMPLES: readonly Sample[] = [
  { name: "empty", size: 0 },
  { name: "small", size: 1_000 },
  // MinIO stores objects below 128 KiB inside their metadata: this one is below the limit, the next one above.
  { name: "inline", size: 100 * 1024 },
  { name: "on drives", size: 1024 * 1024 + 1 },
  { name: "in parts", size: 12 * 1024 * 1024 },
  { name: "folder/Grüße, 東京 + 100 % & ☂.txt", size: 4_096 },
];

/**
 * Returns bytes that depend only on the seed. Each run has its own, so that data of another run is never mistaken for
 * this run's.
 */
export function sampleBytes(seed: string, size: number): Buffer {
  if (size === 0) return Buffer.alloc(0);
  return createHash("shake256", { outputLength: size }).update(seed).digest();
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
