import * as pulumi from "@pulumi/pulumi";
import type { PlannedOutage } from "../../provider/preflight/live-networks.ts";
import { checkRequirements, type PreflightInputs } from "../../provider/preflight/preflight.ts";
import { logLine } from "../../provider/runtime/log-line.ts";
import { type RequirementInput, isSameService } from "./requirement-input.ts";

/** The properties of a Preflight resource, as the program gives them. */
type PreflightProps = pulumi.Inputs & { hosts: Record<string, pulumi.Inputs> };

/** Inputs as a provider gets them: plain data, in which what is not known yet is a sentinel. */
async function plainInputs({ hosts, ...rest }: PreflightProps) {
  // A secret would be wrapped in an object that marks it. This stays in the process.
  const unwrapped = (value: unknown) => pulumi.unsecret(pulumi.output(value));
  const visible = Object.entries(hosts).map(([key, host]): [string, pulumi.Inputs] => [
    key,
    Object.fromEntries(Object.entries(host).map(([name, value]) => [name, unwrapped(value)])),
  ]);
  const props: pulumi.Inputs = { hosts: Object.fromEntries<pulumi.Inputs>(visible), ...rest };
  const inputs = await pulumi.runtime.serializeProperties("preflight", props);
  return inputs as PreflightInputs;
}

/** Requirements of components that are made after an `await`, checked turn by turn. */
export class LateRequirements {
  /** All that are checked or about to be. */
  #before: Promise<RequirementInput[]>;
  readonly #inputs: PreflightProps;
  #turn: { requirements: RequirementInput[]; checked: Promise<void> } | undefined;

  constructor(before: Promise<RequirementInput[]>, inputs: PreflightProps) {
    this.#before = before;
    this.#inputs = inputs;
  }

  /** @throws RunError when there is something against it. */
  check(requirement: RequirementInput): Promise<void> {
    this.#turn ??= this.#next();
    const { requirements } = this.#turn;
    if (!requirements.some((other) => isSameService(other, requirement))) requirements.push(requirement);
    return this.#turn.checked;
  }

  #next() {
    const before = this.#before;
    const requirements: RequirementInput[] = [];
    const over = new Promise<void>((resolve) => {
      setImmediate(() => {
        this.#turn = undefined;
        resolve();
      });
    });
    this.#before = over.then(async () => [...(await before), ...requirements]);
    const all = this.#before;
    const checked = all.then(async (known) => {
      const inputs = await plainInputs({ ...this.#inputs, requirements: known });
      const { errors, warnings, outages } = await checkRequirements(
        inputs,
        inputs.requirements.slice(-requirements.length),
      );
      for (const remark of warnings) logLine(remark);
      const problems = [...errors, ...outages.map(outageLine)];
      if (problems.length > 0) throw new pulumi.RunError(problems.join("\n"));
    });
    return { requirements, checked };
  }
}

/** Stopping services is a step of the run, which only a resource can be. */
function outageLine({ network, services }: PlannedOutage): string {
  return (
    `network ${network}: is to be made anew, and services are on it (${services.map(({ name }) => name).join(", ")}): ` +
    "declare it before the first `await` of the program, so that they can be stopped first"
  );
}
