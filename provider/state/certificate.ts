import { randomUUID } from "node:crypto";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { logLine } from "../runtime/log-line.ts";
import { randomText } from "../runtime/random-text.ts";
import { changedKeys, containsUnknown } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";

const DAY = 24 * 60 * 60 * 1000;

/** How long an authority lasts: its certificate is in the hands of clients. */
const AUTHORITY_DAYS = 3650;

/** Clocks differ: a certificate is good from a little before it was made. */
const HEAD_START = 60 * 60 * 1000;

export interface CertificateInputs {
  /** What the authority is called. */
  authorityName: string;
  /** Names and addresses that the server goes by. */
  names: string[];
  lifetimeDays: number;
  /** So many days before its end the certificate is renewed. */
  renewBeforeDays: number;
  /** Decided by `check`, so that the preview shows a renewal: when the certificate ends. */
  notAfter?: string;
}

export interface CertificateState extends CertificateInputs {
  authority: string;
  authorityKey: string;
  certificate: string;
  key: string;
  /** Another text whenever the certificate is another. */
  generation: string;
}

/** A server's certificate and the authority that signed it, both generated. */
export const Certificate: ResourceHandler<CertificateInputs, CertificateState> = {
  async check(olds, news) {
    if (containsUnknown([news.lifetimeDays, news.renewBeforeDays])) return { inputs: news, failures: [] };
    const end = olds.notAfter === undefined ? undefined : new Date(olds.notAfter).getTime();
    const due = end !== undefined && Date.now() > end - news.renewBeforeDays * DAY;
    const keeps = !due && changedKeys(olds, news, ["names", "lifetimeDays"]).length === 0;
    if (due) logLine(`certificate of ${news.authorityName}: ends on ${olds.notAfter}, and is renewed`);
    const notAfter = keeps ? olds.notAfter : new Date(Date.now() + news.lifetimeDays * DAY).toISOString();
    return { inputs: { ...news, notAfter }, failures: [] };
  },

  async diff(_id, olds, news) {
    const changed = changedKeys(olds, news, ["authorityName", "names", "lifetimeDays", "renewBeforeDays", "notAfter"]);
    return { changes: changed.length > 0 };
  },

  async create(inputs) {
    return { id: randomUUID(), outs: await issued(inputs) };
  },

  async read(id, state) {
    if (!state)
      throw new ResourceError(`certificate ${id} cannot be imported: give certificates of your own in \`tls\``);
    return { id, props: state };
  },

  async update(_id, olds, news) {
    const isOther = changedKeys(olds, news, ["authorityName", "names", "lifetimeDays", "notAfter"]).length > 0;
    return { outs: isOther ? await issued(news, olds) : { ...olds, ...news } };
  },

  async delete() {},
};

/** A new certificate; of the same authority as long as that lasts longer than the certificate. */
async function issued(inputs: CertificateInputs, olds?: CertificateState): Promise<CertificateState> {
  // Only who makes a certificate waits for the library.
  const { expiryDate, createAuthority, createServerCertificate } = await import("./x509.ts");
  const notBefore = new Date(Date.now() - HEAD_START);
  const notAfter = new Date(inputs.notAfter ?? Date.now() + inputs.lifetimeDays * DAY);
  const lasts = olds && olds.authorityName === inputs.authorityName && expiryDate(olds.authority) >= notAfter;
  const authority = lasts
    ? { certificate: olds.authority, key: olds.authorityKey }
    : await createAuthority(inputs.authorityName, {
        notBefore,
        notAfter: new Date(Date.now() + Math.max(AUTHORITY_DAYS, 2 * inputs.lifetimeDays) * DAY),
      });
  const server = await createServerCertificate(authority, inputs.names, { notBefore, notAfter });
  return {
    ...inputs,
    authority: authority.certificate,
    authorityKey: authority.key,
    certificate: server.certificate,
    key: server.key,
    generation: randomText(8),
  };
}
