import { createStack } from "./stacks/index.ts";

// One object, because the outputs differ by kind of stack and Pulumi warns about undefined exports.
export default await createStack();
