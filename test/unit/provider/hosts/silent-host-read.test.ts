import { expect, test, vi } from "vitest";
import { sshConnection } from "../../../../components/hosts/ssh-connection.ts";
import { Machine } from "../../../../provider/hosts/machine.ts";
import { type MachineState } from "../../../../provider/hosts/machine-inputs.ts";
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

test.each([
  ["tcp", { connection: { host: "tcp://127.0.0.1:1" } }],
  ["ssh", { connection: sshConnection({ address: "127.0.0.1", port: 1 }), drives: {} }],
])("a host with an engine that is unreachable by %s is no drift, and does not fail a refresh", async (_way, inputs) => {
  const state = { ...inputs, machineId: "m", engineVersion: "20.10" } as MachineState;
  expect(await Machine.read("m", state)).toEqual({ id: "m", props: state });
});
