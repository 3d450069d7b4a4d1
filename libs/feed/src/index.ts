export type { FeedEvent, FeedFilter } from './event.ts';
export { type FeedPage, type FeedPosition, type ReadChanges, readChanges } from './read-changes.ts';
export { type TrimChanges, trimChanges, type TrimStep } from './trim-changes.ts';
