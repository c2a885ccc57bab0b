import { existsSync } from "node:fs";
import { run } from "../toolchain/run.ts";
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

  /** Address of what all machines reach whatever the network between them does: it is on the switch itself. */
  get switchAddress(): string {
    return this.address(253);
  }

  namespace(host: number): string {
    return `${this.#name}h${host}`;
  }

  /** Names of interfaces have 15 characters at most. */
  get #name(): string {
    return `psl${this.#slot.number}`;
  }

  /** Namespace of the switch. */
  get switch(): string {
    return `${this.#name}sw`;
  }

  /** A switch in a namespace of its own: in the machine's, Docker's firewall rules would cut it. */
  async create(): Promise<void> {
    // The lab's addresses lead nowhere once the lab is gone, so that nothing meant for it ever leaves this machine.
    await ip("route", "replace", "blackhole", this.subnet, "metric", "9999");
    await ip("netns", "add", this.switch);
    await this.#inSwitch("link", "add", "br0", "type", "bridge");
    await this.#inSwitch("addr", "add", `${this.switchAddress}/24`, "dev", "br0");
    await this.#inSwitch("link", "set", "br0", "up");
    await ip("link", "add", this.#name, "type", "veth", "peer", "name", "root", "netns", this.switch);
    await this.#inSwitch("link", "set", "root", "master", "br0", "up");
    await ip("addr", "add", `${this.address(254)}/24`, "dev", this.#name);
    await ip("link", "set", this.#name, "up");
  }

  /** A namespace for a host, plugged into the switch. It has no route to anywhere else. */
  async addHost(host: number): Promise<void> {
    const namespace = this.namespace(host);
    await ip("netns", "add", namespace);
    // A machine keeps its network card: with another one its neighbours would look for it in vain for a while.
    const card = ["name", "eth0", "address", this.#cardAddress(host), "netns", namespace];
    await this.#inSwitch("link", "add", `h${host}`, "type", "veth", "peer", ...card);
    await this.#inSwitch("link", "set", `h${host}`, "master", "br0", "up");
    await ip("-n", namespace, "link", "set", "lo", "up");
    await ip("-n", namespace, "addr", "add", `${this.address(host)}/24`, "dev", "eth0");
    await ip("-n", namespace, "link", "set", "eth0", "up");
  }

  #cardAddress(host: number): string {
    const bytes = this.address(host)
      .split(".")
      .map((byte) => Number(byte).toString(16).padStart(2, "0"));
    return ["02", "00", ...bytes].join(":");
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
    return ["nsenter", `--net=/run/netns/${this.switch}`];
  }

  /** Unplugs a host and takes away its namespace, with all addresses and firewall rules in it. */
  async removeHost(host: number): Promise<void> {
    // The kernel takes its time to take away what is in a namespace; the name of the port is free at once this way.
    await this.#inSwitch("link", "del", `h${host}`).catch(() => undefined);
    await this.#removeNamespace(this.namespace(host));
  }

  /** Drops all that hosts of one group send to hosts of another. Hosts in no group, and this machine, reach all. */
  async partition(groups: readonly (readonly number[])[]): Promise<void> {
    const drops = groups.flatMap((group) => {
      const others = groups.filter((other) => other !== group).flat();
      return group.flatMap((from) => others.map((to) => `-A FORWARD -i h${from} -o h${to} -j DROP`));
    });
    await this.#filter(["-F FORWARD", ...drops]);
  }

  async heal(): Promise<void> {
    await this.#filter(["-F FORWARD"]);
  }

  /** Changes the switch's own firewall. In one go: a network does not fall apart host by host. */
  async #filter(rules: readonly string[]): Promise<void> {
    const [program, namespace] = this.enterSwitch;
    const script = rules.map((rule) => `ebtables-nft ${rule}`).join(" && ");
    await run(program, [namespace, "sh", "-c", script], { timeoutMs: 20_000 });
  }

  /** Takes away what is there, however far `create` came. */
  async remove(hosts: readonly number[]): Promise<void> {
    await Promise.all(hosts.map((host) => this.#removeNamespace(this.namespace(host))));
    if (existsSync(`/sys/class/net/${this.#name}`)) await ip("link", "del", this.#name);
    await this.#removeNamespace(this.switch);
    await ip("route", "del", "blackhole", this.subnet, "metric", "9999").catch(() => undefined);
  }

  async #removeNamespace(name: string): Promise<void> {
    if (existsSync(`/run/netns/${name}`)) await ip("netns", "del", name);
  }

  #inSwitch(...args: string[]): Promise<string> {
    return ip("-n", this.switch, ...args);
  }
}

function ip(...args: string[]): Promise<string> {
  return run("ip", args, { timeoutMs: 60_000 });
}
