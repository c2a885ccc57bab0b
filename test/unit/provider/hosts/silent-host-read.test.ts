import { expect, test, vi } from "vitest";
import { sshConnection } from "../../../../components/hosts/ssh-connection.ts";
import { Host } from "../../../../provider/hosts/host.ts";
import { type HostState } from "../../../../provider/hosts/host-inputs.ts";
import { HostFirewall, type HostFirewallInputs } from "../../../../provider/hosts/host-firewall.ts";

test("rules of an unreachable host are no drift, and do not fail a refresh", async () => {
  const said = vi.spyOn(console, "log").mockImplementation(() => {});
  const state = {
    host: "a",
    connection: sshConnection({ address: "127.0.0.1", port: 1 }),
    machineId: "m",
    filter: { chain: "PULUMI-SWARM-X", title: "Firewall", ports: [9000], allowFrom: [] },
    intact: true,
  } as unknown as HostFirewallInputs;
  expect(await HostFirewall.read("a/PULUMI-SWARM-X", state)).toEqual({
    id: "a/PULUMI-SWARM-X",
    props: state,
    inputs: state,
  });
  expect(said).toHaveBeenCalledWith("host a cannot be reached: its firewall rules are assumed unchanged");
  said.mockRestore();
});

test("a host with an unreachable engine is no drift, and does not fail a refresh", async () => {
  const state = { connection: { host: "tcp://127.0.0.1:1" }, machineId: "m", engineVersion: "20.10" } as HostState;
  expect(await Host.read("m", state)).toEqual({ id: "m", props: state });
});
