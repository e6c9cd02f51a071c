/** What pages and parts ask of the server, and how. */
export * from './api.ts';
export { useEventNames } from './event-names.ts';
export { followEvents, type StreamedEvent, type StreamState } from './event-stream.ts';
export { fieldErrors } from './field-errors.ts';
export { type Names, useNamed, useNames } from './named.ts';
export { useOpenIssues } from './open-issues.ts';
export { isAway, queryClient } from './query-client.ts';
export { kept, live, liveMs, watched } from './refresh.ts';
export { type Stats, useStats } from './stats.ts';
