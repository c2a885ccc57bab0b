/** Returns a frame of the Engine's multiplexed stream. Stream 1 is stdout, 2 is stderr. */
export function muxFrame(stream: 1 | 2, text: string): Buffer {
  const bytes = Buffer.from(text);
  const head = Buffer.alloc(8);
  head.writeUInt8(stream, 0);
  head.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
}
