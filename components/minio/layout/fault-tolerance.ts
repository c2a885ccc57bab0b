import type * as pulumi from "@pulumi/pulumi";
import { knownValue } from "../../shared/inputs.ts";
import { PARITY_SETTING } from "../validation/parity.ts";
import { defaultParity, type ErasureLayout } from "./topology.ts";

/**
 * Whether a pool still takes writes while one of its hosts is away. Where it does not, no restart of a member can wait
 * for a better moment: there is none.
 */
export function toleratesHostLoss(
  { hosts, layout }: { hosts: readonly unknown[]; layout: ErasureLayout },
  { pools }: { pools: readonly { layout: ErasureLayout }[] },
  environment: Readonly<Record<string, pulumi.Input<string>>> = {},
): boolean {
  const { setSize } = layout;
  const [, asked] = /^EC:(\d+)$/.exec(knownValue(environment[PARITY_SETTING]) ?? "") ?? [];
  // The first pool's parity is that of all.
  const parity = asked === undefined ? defaultParity(pools[0]?.layout.setSize ?? setSize) : Number(asked);
  const data = setSize - parity;
  const quorum = data === parity ? data + 1 : data;
  return hosts.length > 1 && setSize - Math.ceil(setSize / hosts.length) >= quorum;
}
