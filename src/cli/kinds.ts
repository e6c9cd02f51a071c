/** The kinds of documents, ordered so that each refers only to earlier ones. */
export const kinds = {
  collector: { many: 'collectors', routes: 'Collector' },
  connection: { many: 'connections', routes: 'Connection' },
  destination: { many: 'destinations', routes: 'Destination' },
  behavior: { many: 'behaviors', routes: 'Behavior' },
  action: { many: 'actions', routes: 'Action' },
  alert: { many: 'alerts', routes: 'Alert' },
} as const;

export type Kind = keyof typeof kinds;

export const kindNames = Object.keys(kinds) as Kind[]; // the keys of a constant object are its key type

/** A document as the API returns it. Commands print it and read only these fields. */
export type Document = { id: string; name: string; version: number; [field: string]: unknown };
