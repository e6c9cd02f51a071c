/** What pages and parts ask of the server, and how. */
export * from './api.ts';
export { followEvents, type StreamedEvent, type StreamState } from './event-stream.ts';
export { fieldErrors, pathOf } from './field-errors.ts';
export { type Named, type Names, useCollectors, useEventNames, useHoldOf, useNames } from './named.ts';
export { useOpenIssues } from './open-issues.ts';
export { isAway, queryClient } from './query-client.ts';
export { useSilence } from './silence.ts';
export { type DeliveryState, useDeliveryState } from './state.ts';
export { type Stats, useStats } from './stats.ts';
