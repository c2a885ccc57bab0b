// First part of `npm run test:aws`: gets Pulumi's AWS plugin, which is built where it cannot be downloaded.
import { obtainAwsPlugin } from "../toolchain/aws-plugin.ts";
import { obtainPulumi } from "../toolchain/pulumi.ts";
import { main } from "./support/main.ts";

await main(async () => {
  await obtainAwsPlugin(obtainPulumi);
});
