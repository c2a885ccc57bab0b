// The permanent address of the resources' code, `pulumi-swarm/provider`: the state of every stack refers to it.
// In this repository it leads to the sources, so that what runs is never an old build; a package has only the build.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

// A Pulumi that is killed leaves this process behind, with nothing to record what it does.
const pulumi = process.ppid;
setInterval(() => {
  if (process.ppid !== pulumi) process.exit(1);
}, 1_000).unref();
// Where a shell is in between, what is printed is read by nothing. Pulumi's error handler would print that error for ever.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    if (error.code === "EPIPE") process.exit(1);
    throw error;
  });
}

const source = join(__dirname, "provider", "index.ts");
module.exports = existsSync(source) ? require(source) : require("./dist/provider/index.js");
