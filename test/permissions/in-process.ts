/** A lake without its doors, and stories told to it. */
export { arnOf, callerOf } from './in-process-callers.ts';
export { StoryClock } from './in-process-clock.ts';
export { locationArn, rowExpressionOf } from './in-process-inputs.ts';
export { InProcessLake, openLakes } from './in-process-lake.ts';
export { InProcessStory } from './in-process-story.ts';
