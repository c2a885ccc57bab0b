// What a user's `transforms` on a component are shown: each child, by name. No engine is asked: this is only previewed.
import * as pulumi from "@pulumi/pulumi";
import { LocalHost, MinioService, OverlayNetwork, Swarm } from "../../../../components/index.ts";

const shown: Record<string, string[]> = {};

function showTo(component: string): pulumi.ComponentResourceOptions {
  const names: string[] = [];
  shown[component] = names;
  const transform: pulumi.ResourceTransform = ({ name, props, opts }) => {
    names.push(name);
    return { props, opts };
  };
  return { transforms: [transform] };
}

const engine = "unix:///nowhere/docker.sock";
const host = new LocalHost("local", { engine, hostname: "local", labels: { disk: "fast" } }, showTo("host"));
const swarm = new Swarm("swarm", { managers: [host] }, showTo("swarm"));
const network = new OverlayNetwork("network", { swarm }, showTo("network"));
const image = `silo:1@sha256:${"a".repeat(64)}`;
new MinioService("store", { swarm, network, image }, showTo("store"));

// On the other side of an `await` a component has the same children.
await new Promise((later) => setTimeout(later, 100));
new OverlayNetwork("late", { swarm, subnet: "10.99.0.0/24" }, showTo("late"));

process.on("exit", () => console.log(`shown: ${JSON.stringify(shown)}`));
