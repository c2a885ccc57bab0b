import * as pulumi from "@pulumi/pulumi";
import type { PlannedOutage } from "../../provider/preflight/live-networks.ts";
import { checkRequirements, type PreflightInputs } from "../../provider/preflight/preflight.ts";
import { logLine } from "../../provider/runtime/log-line.ts";
import { whilePulumiRuns } from "../shared/while-pulumi-runs.ts";
import type { RequirementInput } from "./requirement-input.ts";

/** The properties of a Preflight resource, as the program gives them. */
type PreflightProps = pulumi.Inputs & { hosts: Record<string, pulumi.Inputs> };

/** Returns the inputs as a provider receives them: plain data with Pulumi's sentinel for unknown values. */
async function plainInputs({ hosts, ...rest }: PreflightProps) {
  // Secrets would be wrapped in marker objects. The values do not leave the process.
  const unwrapped = (value: unknown) => pulumi.unsecret(pulumi.output(value));
  const visible = Object.entries(hosts).map(([key, host]): [string, pulumi.Inputs] => [
    key,
    Object.fromEntries(Object.entries(host).map(([name, value]) => [name, unwrapped(value)])),
  ]);
  const props: pulumi.Inputs = { hosts: Object.fromEntries<pulumi.Inputs>(visible), ...rest };
  const inputs = await pulumi.runtime.serializeProperties("preflight", props);
  return inputs as PreflightInputs;
}

/** Checks requirements of components that are created after an `await`, one event loop turn at a time. */
export class LateRequirements {
  /** All requirements of earlier turns. */
  #before: Promise<RequirementInput[]>;
  readonly #inputs: PreflightProps;
  #turn: { requirements: RequirementInput[]; checked: Promise<void> } | undefined;

  constructor(earlier: Promise<RequirementInput[]>, inputs: PreflightProps) {
    this.#before = earlier;
    this.#inputs = inputs;
  }

  /** @throws RunError if a check fails. */
  check(requirement: RequirementInput): Promise<void> {
    this.#turn ??= this.#next();
    const { requirements } = this.#turn;
    requirements.push(requirement);
    return this.#turn.checked;
  }

  #next() {
    const earlier = this.#before;
    const requirements: RequirementInput[] = [];
    const turnEnd = new Promise<void>((resolve) => {
      setImmediate(() => {
        this.#turn = undefined;
        resolve();
      });
    });
    this.#before = turnEnd.then(async () => [...(await earlier), ...requirements]);
    const all = this.#before;
    const checked = all.then(async (known) => {
      const inputs = await plainInputs({ ...this.#inputs, requirements: known });
      const own = inputs.requirements.slice(-requirements.length);
      const { errors, warnings, outages } = await whilePulumiRuns(() => checkRequirements(inputs, own));
      for (const warning of warnings) logLine(warning);
      const problems = [...errors, ...outages.map(outageLine)];
      if (problems.length > 0) throw new pulumi.RunError(problems.join("\n"));
    });
    return { requirements, checked };
  }
}

/** Only a resource can stop services during the run, so a late requirement that needs an outage is an error. */
function outageLine({ network, services }: PlannedOutage): string {
  return (
    `network ${network}: must be replaced, and services use it (${services.map(({ name }) => name).join(", ")}): ` +
    "declare it before the first `await` of the program, so that they can be stopped first"
  );
}
