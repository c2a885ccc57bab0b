import { existsSync } from "node:fs";
import { run } from "../toolchain/run.ts";
import type { Slot } from "./slots.ts";

/** The network of a lab. Uses address ranges for documentation and benchmarks, which exist nowhere else. */
export class LabNetwork {
  readonly #slot: Slot;

  constructor(slot: Slot) {
    this.#slot = slot;
  }

  /** The first three octets of the lab's /24. */
  get #prefix(): string {
    return this.#slot.number === 0 ? "198.51.100" : `198.18.${this.#slot.number}`;
  }

  get subnet(): string {
    return `${this.#prefix}.0/24`;
  }

  address(host: number): string {
    return `${this.#prefix}.${host}`;
  }

  /** An address on the switch itself, which all hosts reach even when the network is partitioned. */
  get switchAddress(): string {
    return this.address(253);
  }

  namespace(host: number): string {
    return `${this.#name}h${host}`;
  }

  /** A short prefix: interface names have at most 15 characters. */
  get #name(): string {
    return `psl${this.#slot.number}`;
  }

  /** The network namespace of the switch. */
  get switch(): string {
    return `${this.#name}sw`;
  }

  /** Creates a switch in its own namespace, because Docker's firewall rules would block it in this machine's. */
  async create(): Promise<void> {
    // After the lab is removed, packets for its addresses must not leave this machine.
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

  /** Creates a host's namespace, connected to the switch only. */
  async addHost(host: number): Promise<void> {
    const namespace = this.namespace(host);
    await ip("netns", "add", namespace);
    // A fixed MAC address: neighbours cache the old one for a while.
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
   * Creates a tap device on the switch, for a virtual machine. Returns its name, and the start of a command line that
   * runs a program in the switch's namespace.
   */
  async addTap(host: number): Promise<{ enter: [string, string]; device: string }> {
    const device = `t${host}`;
    await this.#inSwitch("tuntap", "add", "dev", device, "mode", "tap");
    await this.#inSwitch("link", "set", device, "master", "br0", "up");
    return { enter: this.enterSwitch, device };
  }

  /** The start of a command line that runs a program in the switch's namespace, where `br0` carries all traffic. */
  get enterSwitch(): [string, string] {
    return ["nsenter", `--net=/run/netns/${this.switch}`];
  }

  /** Disconnects a host and removes its namespace, with its addresses and firewall rules. */
  async removeHost(host: number): Promise<void> {
    // The kernel removes the contents of a namespace later; deleting the port frees its name at once.
    await this.#inSwitch("link", "del", `h${host}`).catch(() => undefined);
    await this.#removeNamespace(this.namespace(host));
  }

  /** Drops all packets between hosts of different groups. Hosts in no group and this machine reach all. */
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

  /** Changes the switch's firewall in one command, so that all hosts are cut off at the same time. */
  async #filter(rules: readonly string[]): Promise<void> {
    const [program, namespace] = this.enterSwitch;
    const script = rules.map((rule) => `ebtables-nft ${rule}`).join(" && ");
    await run(program, [namespace, "sh", "-c", script], { timeoutMs: 20_000 });
  }

  /** Removes everything, even if `create` failed halfway. */
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
