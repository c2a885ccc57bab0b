/** Shorter secrets would match everywhere, and masking them would reveal them. */
const MIN_LENGTH = 4;
/** The minimum for a line of a secret, and for a part of an encoded one. */
const MIN_PART_LENGTH = 8;

/**
 * Returns all forms in which secrets may be written: plain, line by line, escaped, encoded, and encoded as part of a
 * longer text. The longest come first, so that no part of one remains.
 */
export function secretEncodings(secrets: readonly string[]): string[] {
  const all = secrets.filter(({ length }) => length >= MIN_LENGTH).flatMap(encodingsOf);
  return [...new Set(all)].toSorted((a, b) => b.length - a.length);
}

function encodingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const hex = bytes.toString("hex");
  return [
    ...[secret, ...secretLines(secret)],
    // Go escapes JSON for use within HTML.
    ...[json, json.replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)],
    ...[encodeURIComponent(secret), hex, hex.toUpperCase()],
    ...(["base64", "base64url"] as const).flatMap((encoding) => [
      bytes.toString(encoding),
      ...partialEncodings(bytes, encoding),
    ]),
  ];
}

/** Returns the lines of a secret: output is masked line by line. The header and footer of a PEM are not secret. */
function secretLines(secret: string): string[] {
  return secret
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.length >= MIN_PART_LENGTH && !/^-----.*-----$/.test(line));
}

/**
 * Returns the part that a secret contributes to a longer encoded text (of `user:password`, say), for each offset: four
 * characters encode three bytes. Omits characters that also encode the secret's neighbours.
 */
function partialEncodings(secret: Buffer, encoding: "base64" | "base64url"): string[] {
  return [0, 1, 2]
    .map((before) => {
      const text = Buffer.concat([Buffer.alloc(before), secret]).toString(encoding);
      const whole = Math.floor(((before + secret.length) * 8) / 6);
      return text.slice(Math.ceil((before * 8) / 6), whole);
    })
    .filter(({ length }) => length >= MIN_PART_LENGTH);
}
