/** Where a node listens for other managers: nowhere but on loopback when there are no others. */
export function listenAddress(single: boolean): string {
  return single ? "127.0.0.1:2377" : "0.0.0.0:2377";
}
