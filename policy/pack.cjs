// The pack: the rules of this package, and nothing else. In this repository they are the sources, in a package the build.
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const { PolicyPack } = require("@pulumi/policy");

const source = join(__dirname, "..", "components", "policy", "index.ts");
const { swarmPolicies } = require(existsSync(source) ? source : "../dist/policy/index.js");

new PolicyPack("pulumi-swarm", { policies: swarmPolicies() });
