import { randomUUID } from "node:crypto";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { logLine } from "../runtime/log-line.ts";
import { randomText } from "../runtime/random-text.ts";
import { changedKeys, containsUnknown } from "../runtime/diff.ts";
import { ResourceError } from "../runtime/errors.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Days for which an authority is valid. Long, because clients have to install its certificate. */
const AUTHORITY_DAYS = 3650;

/** A certificate is valid from one hour before its creation, because clocks differ. */
const CLOCK_TOLERANCE_MS = 60 * 60 * 1000;

export interface CertificateInputs {
  /** Common name of the authority. */
  authorityName: string;
  /** Names and addresses of the server. */
  names: string[];
  lifetimeDays: number;
  /** Number of days before its expiry at which the certificate is renewed. */
  renewBeforeDays: number;
  /** The certificate's expiry. Set by `check`, so that the preview shows a renewal. */
  notAfter?: string;
}

export interface CertificateState extends CertificateInputs {
  authority: string;
  authorityKey: string;
  certificate: string;
  key: string;
  /** Changes whenever the certificate changes. */
  generation: string;
}

/** A generated server certificate and the generated authority that signed it. */
export const Certificate: ResourceHandler<CertificateInputs, CertificateState> = {
  async check(olds, news) {
    if (containsUnknown([news.lifetimeDays, news.renewBeforeDays])) return { inputs: news, failures: [] };
    const expiry = olds.notAfter === undefined ? undefined : new Date(olds.notAfter).getTime();
    const isDue = expiry !== undefined && Date.now() > expiry - news.renewBeforeDays * DAY_MS;
    const isKept = !isDue && changedKeys(olds, news, ["names", "lifetimeDays"]).length === 0;
    if (isDue) logLine(`certificate of ${news.authorityName}: renewing, because it expires on ${olds.notAfter}`);
    const notAfter = isKept ? olds.notAfter : new Date(Date.now() + news.lifetimeDays * DAY_MS).toISOString();
    return { inputs: { ...news, notAfter }, failures: [] };
  },

  async diff(_id, olds, news) {
    const changed = changedKeys(olds, news, ["authorityName", "names", "lifetimeDays", "renewBeforeDays", "notAfter"]);
    return { changes: changed.length > 0 };
  },

  async create(inputs) {
    return { id: randomUUID(), outs: await issueCertificate(inputs) };
  },

  async read(id, state) {
    if (!state) throw new ResourceError(`certificate ${id} cannot be imported: give your own certificates in \`tls\``);
    return { id, props: state };
  },

  async update(_id, olds, news) {
    const isReissued = changedKeys(olds, news, ["authorityName", "names", "lifetimeDays", "notAfter"]).length > 0;
    return { outs: isReissued ? await issueCertificate(news, olds) : { ...olds, ...news } };
  },

  async delete() {},
};

/** Issues a certificate. Keeps the authority unless it expires before the certificate. */
async function issueCertificate(inputs: CertificateInputs, olds?: CertificateState): Promise<CertificateState> {
  // Loading the library takes time, so load it only when it is needed.
  const { expiryDate, createAuthority, createServerCertificate } = await import("./x509.ts");
  const notBefore = new Date(Date.now() - CLOCK_TOLERANCE_MS);
  const notAfter = new Date(inputs.notAfter ?? Date.now() + inputs.lifetimeDays * DAY_MS);
  const isAuthorityValid =
    olds && olds.authorityName === inputs.authorityName && expiryDate(olds.authority) >= notAfter;
  const authority = isAuthorityValid
    ? { certificate: olds.authority, key: olds.authorityKey }
    : await createAuthority(inputs.authorityName, {
        notBefore,
        notAfter: new Date(Date.now() + Math.max(AUTHORITY_DAYS, 2 * inputs.lifetimeDays) * DAY_MS),
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
