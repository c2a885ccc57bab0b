import { muxFrame } from "./frame.ts";

/** An engine's response: JSON or raw bytes. */
export type FakeResponse = { status: number; body?: unknown; bytes?: Buffer; delayMs?: number };

/** An error response of an engine. */
export class ApiError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const ok = (body?: unknown, status = 200): FakeResponse => ({ status, body });

/** Returns a command's output as the Engine multiplexes it, after an optional delay. */
export function commandOutput(
  { stdout = "", stderr = "" }: { stdout?: string; stderr?: string },
  delayMs?: number,
): FakeResponse {
  const parts = [stdout && muxFrame(1, stdout), stderr && muxFrame(2, stderr)];
  const bytes = Buffer.concat(parts.filter((part) => typeof part === "object"));
  return { status: 200, bytes, delayMs };
}

export const notFound = (kind: string, id: string) => new ApiError(404, `${kind} ${id} not found`);

export const OUT_OF_SEQUENCE = new ApiError(500, "rpc error: code = Unknown desc = update out of sequence");

export const LEADERLESS = new ApiError(
  500,
  "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online. " +
    "Make sure more than half of the managers are online.",
);

export const LOCKED = new ApiError(
  503,
  "Swarm is encrypted and needs to be unlocked before it can be used. " +
    'Please use "docker swarm unlock" to unlock it.',
);

export const NOT_IN_SWARM = new ApiError(
  503,
  'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
);

export const NOT_A_MANAGER = new ApiError(
  503,
  "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. " +
    "Please run this command on a manager node or promote the current node to a manager.",
);

export const ALREADY_IN_SWARM = new ApiError(
  503,
  'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.',
);
