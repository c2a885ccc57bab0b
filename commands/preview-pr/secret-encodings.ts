/** Shorter ones would be found everywhere, and masking them would tell what they are. */
const MIN_LENGTH = 4;
/** The same for a line of a secret, and for a part of an encoded one. */
const MIN_PART_LENGTH = 8;

/**
 * How secrets may be written down: as they are, one line of several, escaped, encoded, and encoded as a part of a longer
 * text. The longest first, so that no part of one is left.
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
    // Go writes JSON so that it can stand in HTML.
    ...[json, json.replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)],
    ...[encodeURIComponent(secret), hex, hex.toUpperCase()],
    ...(["base64", "base64url"] as const).flatMap((encoding) => [
      bytes.toString(encoding),
      ...partialEncodings(bytes, encoding),
    ]),
  ];
}

/** Output is masked line by line. The frame of a PEM is no secret. */
function secretLines(secret: string): string[] {
  return secret
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.length >= MIN_PART_LENGTH && !/^-----.*-----$/.test(line));
}

/**
 * What an encoded text has of a secret within it, such as `user:password`: four characters stand for three bytes, so that
 * it depends on where the secret begins. Characters that stand for its neighbours, too, are left out.
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
