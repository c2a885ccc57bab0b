/** Returns the zones without which the managers have no quorum. */
export function zonesWithQuorum(managerZones: readonly string[]): string[] {
  const quorum = Math.floor(managerZones.length / 2) + 1;
  return [...new Set(managerZones)].sort().filter((lost) => {
    const left = managerZones.filter((zone) => zone !== lost).length;
    return left < quorum;
  });
}
