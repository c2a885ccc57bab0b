// The pack: the rules of this package, and nothing else. In this repository they are the sources, in a package the build.
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");
const { PolicyPack } = require("@pulumi/policy");

const source = join(__dirname, "..", "index.ts");
const build = join(__dirname, "..", "..", "dist", "policy", "index.js");

// Imported, not required: what Pulumi starts packs with has a TypeScript compiler of its own in the way of `require`.
import(pathToFileURL(existsSync(source) ? source : build).href).then(({ swarmPolicies }) => {
  new PolicyPack("pulumi-swarm", { policies: swarmPolicies() });
});
