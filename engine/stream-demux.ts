/** Splits a multiplexed stream into frames: 1 byte stream number, 3 empty bytes, 4 bytes length, then the payload. */
export function demuxStream(deliver: (which: number, bytes: Buffer) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 8 && rest.length >= 8 + rest.readUInt32BE(4)) {
      const end = 8 + rest.readUInt32BE(4);
      deliver(rest.readUInt8(0), rest.subarray(8, end));
      rest = rest.subarray(end);
    }
  };
}

/** Splits output into standard output and error, which the Engine multiplexes over one connection. */
export function splitStreams(output: Buffer): { stdout: string; stderr: string } {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  demuxStream((which, bytes) => (which === 2 ? stderr : stdout).push(bytes))(output);
  return { stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}
