// `npm test`: prepares everything the tests need, and runs them. Other arguments go to vitest: `npm test -- test/unit`.
import { print } from "../toolchain/progress.ts";
import { ONE_OF_EACH_VARIABLE } from "../toolchain/one-of-each.ts";
import { main } from "./lib/main.ts";
import { OPTIONAL_PROJECTS } from "./lib/test-projects.ts";
import { testArguments, testPlan } from "./test/arguments.ts";
import { durationLines } from "./test/durations.ts";
import { testOutcome } from "./test/outcome.ts";
import { prepareTests, runVitest } from "./test/vitest.ts";

await main(async () => {
  const given = testArguments(process.argv.slice(2));
  const { prepared, missing, args } = testPlan(given, OPTIONAL_PROJECTS);
  await prepareTests(prepared);
  const { files, code } = await runVitest(args, given.full ? {} : { [ONE_OF_EACH_VARIABLE]: "1" });
  if (given.durations) for (const line of durationLines(files ?? [])) print(line);
  const { lines, exitCode } = testOutcome(files, missing, code);
  for (const line of lines) print(line);
  return exitCode;
});
