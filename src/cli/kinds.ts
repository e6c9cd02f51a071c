/** The kinds of documents that commands work on, in the order in which they can refer to each other. */
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

/** A document as the API shows it; the commands print it and read no more of it than this. */
export type Document = { id: string; name: string; version: number; [field: string]: unknown };
