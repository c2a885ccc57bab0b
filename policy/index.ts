import type {
  Policies,
  ResourceValidation,
  ResourceValidationPolicy,
  StackValidation,
  StackValidationPolicy,
} from "@pulumi/policy";
import { type ResourceRule, type Rule, type StackRule, stackName } from "./rule.ts";
import { RULES } from "./rules.ts";

/** Configuration of a rule, besides Pulumi's `enforcementLevel`. */
export interface RuleConfig {
  /**
   * Names of development stacks, which are exempt.
   * @default ["dev", "lab"]
   */
  developmentStacks?: string[];
}

const DEVELOPMENT_STACKS = ["dev", "lab"];

/**
 * Returns the rules of this package for your own policy pack. They only need `@pulumi/policy`.
 *
 * @example
 * new PolicyPack("ours", { policies: [...swarmPolicies(), ourOwn] });
 */
export function swarmPolicies(): Policies {
  return RULES.map(toPolicy);
}

/** Converts a rule. A Pulumi policy can validate single resources, the whole stack, or both. */
function toPolicy(rule: Rule): ResourceValidationPolicy | StackValidationPolicy {
  const { name, description, level: enforcementLevel, outsideDevelopment } = rule;
  const developmentStacks = { type: "array", items: { type: "string" }, default: DEVELOPMENT_STACKS } as const;
  const configSchema = outsideDevelopment && { properties: { developmentStacks } };
  const common = { name, description, enforcementLevel, ...(configSchema && { configSchema }) };
  const ofResource = "resource" in rule && { validateResource: validateResource(rule) };
  const ofStack = "stack" in rule && { validateStack: validateStack(rule) };
  return { ...common, ...ofResource, ...ofStack };
}

function validateResource(rule: ResourceRule): ResourceValidation {
  return (args, report) => {
    if (isExempt(rule, args.urn, args.getConfig())) return;
    const { type, name, urn, props, opts } = args;
    const resource = { type, name, urn, props, isProtected: opts.protect, parent: opts.parent };
    for (const text of rule.resource(resource)) report(text);
  };
}

function validateStack(rule: StackRule): StackValidation {
  return (args, report) => {
    const [first] = args.resources;
    if (!first || isExempt(rule, first.urn, args.getConfig())) return;
    const resources = args.resources.map(({ type, name, urn, props, opts, parent, propertyDependencies }) => ({
      ...{ type, name, urn, props, isProtected: opts.protect },
      parent: parent?.urn ?? opts.parent,
      sources: Object.fromEntries(
        Object.entries(propertyDependencies).map(([property, from]) => [property, from.map((one) => one.urn)] as const),
      ),
    }));
    for (const { text, urn } of rule.stack(resources)) report(text, urn);
  };
}

function isExempt({ outsideDevelopment }: Rule, urn: string, config: RuleConfig): boolean {
  return outsideDevelopment === true && (config.developmentStacks ?? DEVELOPMENT_STACKS).includes(stackName(urn));
}
