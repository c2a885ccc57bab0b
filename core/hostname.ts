/** The form of a host name. */
export const HOSTNAME_FORM = "letters, digits and inner hyphens, in labels separated by dots";

/** The message for an invalid host name. */
export const HOSTNAME_RULE = `must be a host name: ${HOSTNAME_FORM}`;

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

/**
 * Returns whether DNS and MinIO accept a machine's name: `node1`, `DESKTOP-AB12CD`, `ip-10-0-0-1.ec2.internal`. Both
 * ignore case.
 */
export function isHostname(name: string): boolean {
  return name.length <= 253 && name.split(".").every((label) => LABEL.test(label));
}
