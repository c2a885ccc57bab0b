import { createStack } from "./stacks/index.ts";

// As one object: an environment has no outputs but its own, and of a missing one Pulumi would warn.
export default await createStack();
