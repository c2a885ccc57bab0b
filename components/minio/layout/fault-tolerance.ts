import type * as pulumi from "@pulumi/pulumi";
import { knownValue } from "../../shared/inputs.ts";
import { defaultParity, type ErasureLayout, PARITY_SETTING } from "./topology.ts";

/**
 * Whether a pool keeps its write quorum while one of its hosts is down. If not, restarting a member always interrupts
 * writes, and waiting for a better time is pointless.
 */
export function toleratesHostLoss(
  { hosts, layout }: { hosts: readonly unknown[]; layout: ErasureLayout },
  { pools }: { pools: readonly { layout: ErasureLayout }[] },
  environment: Readonly<Record<string, pulumi.Input<string>>> = {},
): boolean {
  const { setSize } = layout;
  const [, declared] = /^EC:(\d+)$/.exec(knownValue(environment[PARITY_SETTING]) ?? "") ?? [];
  // The first pool sets the parity of all pools.
  const parity = declared === undefined ? defaultParity(pools[0]?.layout.setSize ?? setSize) : Number(declared);
  const dataDrives = setSize - parity;
  const writeQuorum = dataDrives === parity ? dataDrives + 1 : dataDrives;
  return hosts.length > 1 && setSize - Math.ceil(setSize / hosts.length) >= writeQuorum;
}
