import { generateKeyPairSync, randomUUID } from "node:crypto";
import type { ResourceHandler } from "../runtime/resource-handler.ts";
import { ResourceError } from "../runtime/errors.ts";

export interface HostKeyInputs {
  /** The host that the key identifies. */
  hostname: string;
}

export interface HostKeyState extends HostKeyInputs {
  /** In PEM, which every sshd reads for ECDSA keys. */
  privateKey: string;
  /** Type and key, as in ssh_host_ecdsa_key.pub. */
  publicKey: string;
}

/**
 * The ssh host key of a machine that does not exist yet, so that even the first login can verify the machine. The key
 * belongs to the host's name: a replacement machine keeps it.
 */
export const HostKey: ResourceHandler<HostKeyInputs, HostKeyState> = {
  async diff() {
    return { changes: false };
  },

  async create(inputs) {
    return { id: randomUUID(), outs: { ...inputs, ...generateKeyPair() } };
  },

  async read(id, state) {
    if (!state) throw new ResourceError(`host key ${id} cannot be imported: it is generated`);
    return { id, props: state };
  },

  async delete() {},
};

const CURVE = "nistp256";

function generateKeyPair(): Pick<HostKeyState, "privateKey" | "publicKey"> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
  const type = `ecdsa-sha2-${CURVE}`;
  const blob = Buffer.concat([sshField(type), sshField(CURVE), sshField(point)]);
  return {
    privateKey: privateKey.export({ type: "sec1", format: "pem" }).toString(),
    publicKey: `${type} ${blob.toString("base64")}`,
  };
}

/** Encodes a field of an ssh key: its length, then its bytes. */
function sshField(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
