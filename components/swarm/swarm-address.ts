/**
 * Where a node listens for the other managers: on the address by which they reach it, and on no other. Nothing is
 * opened to networks that nobody asked for; a machine on its own, known by 127.0.0.1, is open to none.
 */
export function swarmAddress(privateAddress: string): string {
  return `${privateAddress.includes(":") ? `[${privateAddress}]` : privateAddress}:2377`;
}
