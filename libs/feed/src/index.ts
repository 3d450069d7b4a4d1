export type { FeedEvent, FeedFilter } from './event.ts';
export { type FeedPage, type FeedPosition, type ReadChanges, readChanges } from './read-changes.ts';
export { trimChanges } from './trim-changes.ts';
