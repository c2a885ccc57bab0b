/** How to reach a Docker Engine. Plain data: it travels through Pulumi's state to the resources' own process. */
export interface EngineConnection {
  /** `unix:///path/to.sock`, `tcp://address:port`, `ssh://[user@]host[:port]`; the same form as `DOCKER_HOST`. */
  host: string;
  /** Certificate authority of a TLS-protected `tcp://` engine, PEM. With any of these three it is reached in TLS. */
  ca?: string;
  /** Client certificate for a TLS-protected `tcp://` engine, PEM. */
  cert?: string;
  /** Private key of `cert`, PEM. Secret. */
  key?: string;
  /**
   * Options for the system's ssh on the way to a `ssh://` engine, as on its command line. Host keys are checked
   * whatever they say.
   *
   * @example ["-i", "/home/me/.ssh/deploy", "-o", "ConnectTimeout=30"]
   */
  sshOptions?: string[];
}
