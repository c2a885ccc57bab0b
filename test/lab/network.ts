import { existsSync } from "node:fs";
import { run } from "../../toolchain/run.ts";
import type { Slot } from "./slots.ts";

/** Names and addresses of a lab. Documentation and benchmark ranges: they exist nowhere else. */
export class LabNetwork {
  readonly #slot: Slot;

  constructor(slot: Slot) {
    this.#slot = slot;
  }

  /** The lab's /24, without its last number. */
  get #prefix(): string {
    return this.#slot.number === 0 ? "198.51.100" : `198.18.${this.#slot.number}`;
  }

  get subnet(): string {
    return `${this.#prefix}.0/24`;
  }

  address(host: number): string {
    return `${this.#prefix}.${host}`;
  }

  namespace(host: number): string {
    return `${this.#name}h${host}`;
  }

  /** Names of interfaces have 15 characters at most. */
  get #name(): string {
    return `psl${this.#slot.number}`;
  }

  get #switch(): string {
    return `${this.#name}sw`;
  }

  /** A switch in a namespace of its own: in the machine's, Docker's firewall rules would cut it. */
  async create(): Promise<void> {
    // The lab's addresses lead nowhere once the lab is gone, so that nothing meant for it ever leaves this machine.
    await ip("route", "replace", "blackhole", this.subnet, "metric", "9999");
    await ip("netns", "add", this.#switch);
    await this.#inSwitch("link", "add", "br0", "type", "bridge");
    await this.#inSwitch("link", "set", "br0", "up");
    await ip("link", "add", this.#name, "type", "veth", "peer", "name", "root", "netns", this.#switch);
    await this.#inSwitch("link", "set", "root", "master", "br0", "up");
    await ip("addr", "add", `${this.address(254)}/24`, "dev", this.#name);
    await ip("link", "set", this.#name, "up");
  }

  /** A namespace for a host, plugged into the switch. It has no route to anywhere else. */
  async addHost(host: number): Promise<void> {
    const namespace = this.namespace(host);
    await ip("netns", "add", namespace);
    await this.#inSwitch("link", "add", `h${host}`, "type", "veth", "peer", "name", "eth0", "netns", namespace);
    await this.#inSwitch("link", "set", `h${host}`, "master", "br0", "up");
    await ip("-n", namespace, "link", "set", "lo", "up");
    await ip("-n", namespace, "addr", "add", `${this.address(host)}/24`, "dev", "eth0");
    await ip("-n", namespace, "link", "set", "eth0", "up");
  }

  /**
   * A tap device on the switch, for a machine that is no namespace: the start of the command line that runs a program
   * where that device is, and its name.
   */
  async addTap(host: number): Promise<{ enter: [string, string]; device: string }> {
    const device = `t${host}`;
    await this.#inSwitch("tuntap", "add", "dev", device, "mode", "tap");
    await this.#inSwitch("link", "set", device, "master", "br0", "up");
    return { enter: this.enterSwitch, device };
  }

  /** The start of a command line that runs a program where the switch is: what crosses `br0` there is on the wire. */
  get enterSwitch(): [string, string] {
    return ["nsenter", `--net=/run/netns/${this.#switch}`];
  }

  /** Takes away what is there, however far `create` came. */
  async remove(hosts: readonly number[]): Promise<void> {
    for (const host of hosts) await this.#removeNamespace(this.namespace(host));
    if (existsSync(`/sys/class/net/${this.#name}`)) await ip("link", "del", this.#name);
    await this.#removeNamespace(this.#switch);
    await ip("route", "del", "blackhole", this.subnet, "metric", "9999").catch(() => undefined);
  }

  async #removeNamespace(name: string): Promise<void> {
    if (existsSync(`/run/netns/${name}`)) await ip("netns", "del", name);
  }

  #inSwitch(...args: string[]): Promise<string> {
    return ip("-n", this.#switch, ...args);
  }
}

function ip(...args: string[]): Promise<string> {
  return run("ip", args, { timeoutMs: 10_000 });
}
