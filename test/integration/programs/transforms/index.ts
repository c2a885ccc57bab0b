// Prints the children for which a user's `transforms` on a component are called. Only previewed, without an engine.
import * as pulumi from "@pulumi/pulumi";
import { Host, MinioService, OverlayNetwork, Swarm } from "../../../../components/index.ts";

const children: Record<string, string[]> = {};

function recordChildren(component: string): pulumi.ComponentResourceOptions {
  const names: string[] = [];
  children[component] = names;
  const transform: pulumi.ResourceTransform = ({ name, props, opts }) => {
    names.push(name);
    return { props, opts };
  };
  return { transforms: [transform] };
}

const engine = "unix:///nowhere/docker.sock";
const host = new Host("local", { engine, hostname: "local", labels: { disk: "fast" } }, recordChildren("host"));
const swarm = new Swarm("swarm", { managers: [host] }, recordChildren("swarm"));
const network = new OverlayNetwork("network", { swarm }, recordChildren("network"));
const image = `silo:1@sha256:${"a".repeat(64)}`;
new MinioService("store", { swarm, network, image }, recordChildren("store"));

// A component created after an `await` has the same children.
await new Promise((later) => setTimeout(later, 100));
new OverlayNetwork("late", { swarm, subnet: "10.99.0.0/24" }, recordChildren("late"));

process.on("exit", () => console.log(`children: ${JSON.stringify(children)}`));
