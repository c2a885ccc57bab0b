/**
 * Returns the address on which a node listens for other managers: its private address only, so that no other network can
 * connect. A single machine listens on 127.0.0.1.
 */
export function swarmAddress(privateAddress: string): string {
  return `${privateAddress.includes(":") ? `[${privateAddress}]` : privateAddress}:2377`;
}
