import { createHash } from "node:crypto";

/** An object to write: what it is for, its name, and how many bytes. */
export interface Sample {
  name: string;
  size: number;
}

/** S3 takes parts of at least this many bytes; what is larger is written in parts. */
export const PART_BYTES = 5 * 1024 * 1024;

/** One of each kind of object that a store may treat differently: by size, by how it is sent, by its name. */
export const SAMPLES: readonly Sample[] = [
  { name: "empty", size: 0 },
  { name: "small", size: 1_000 },
  // MinIO keeps objects below 128 KiB inside their metadata: this one and the next lie on either side.
  { name: "inline", size: 100 * 1024 },
  { name: "on drives", size: 1024 * 1024 + 1 },
  { name: "in parts", size: 12 * 1024 * 1024 },
  { name: "folder/Grüße, 東京 + 100 % & ☂.txt", size: 4_096 },
];

/** The same bytes for the same seed, others for any other: nothing left from another run is taken for this run's. */
export function sampleBytes(seed: string, size: number): Buffer {
  if (size === 0) return Buffer.alloc(0);
  return createHash("shake256", { outputLength: size }).update(seed).digest();
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
