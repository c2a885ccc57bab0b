/** One entry of a tar archive. A folder's name ends in `/`. */
export interface TarEntry {
  name: string;
  mode: number;
  content?: Buffer;
}

const BLOCK = 512;
/** One fixed time for all entries: the same contents give the same bytes, and so the same image id. */
const MTIME = Date.UTC(2026, 0, 1) / 1000;

/** Returns a tar archive (ustar) of these entries, owned by root. The same entries give the same bytes. */
export function tar(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap((entry) => {
    const content = entry.content ?? Buffer.alloc(0);
    return [header(entry, content.length), content, Buffer.alloc(padding(content.length))];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

const padding = (size: number) => (BLOCK - (size % BLOCK)) % BLOCK;

function header({ name, mode }: TarEntry, size: number): Buffer {
  if (Buffer.byteLength(name) > 100) throw new Error(`tar entry "${name}": a name has at most 100 bytes; shorten it`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number) =>
    block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at, "latin1");
  block.write(name, 0, "utf8");
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(MTIME, 136, 12);
  block.write(name.endsWith("/") ? "5" : "0", 156, "latin1");
  block.write("ustar\0" + "00", 257, "latin1");
  block.fill(" ", 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}
