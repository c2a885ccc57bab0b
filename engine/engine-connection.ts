/** The connection to a Docker Engine. Plain data, which Pulumi's state carries to the provider process. */
export interface EngineConnection {
  /** `unix:///path/to.sock`, `tcp://address:port`, `ssh://[user@]host[:port]`; the same form as `DOCKER_HOST`. */
  host: string;
  /** Certificate authority of a TLS-protected `tcp://` engine, PEM. Any of these three fields enables TLS. */
  ca?: string;
  /** Client certificate for a TLS-protected `tcp://` engine, PEM. */
  cert?: string;
  /** Private key of `cert`, PEM. Secret. */
  key?: string;
  /**
   * Command-line options for the system's ssh, for a `ssh://` engine. They cannot turn off the check of host keys.
   *
   * @example ["-i", "/home/me/.ssh/deploy", "-o", "ConnectTimeout=30"]
   */
  sshOptions?: string[];
}

/** Returns whether the engine is reached through ssh, so that scripts can run on its machine. */
export function isSshConnection(connection: EngineConnection): boolean {
  return connection.host.startsWith("ssh://");
}
