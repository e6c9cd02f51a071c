import type { z } from 'zod';
import { action, actionInput } from './action.ts';
import { alert, alertInput } from './alert.ts';
import { behavior, behaviorInput } from './behavior.ts';
import { collector, collectorInput } from './collector.ts';
import { connection, connectionInput } from './connection.ts';
import { destination, destinationInput } from './destination.ts';
import type { ManagedKind } from './document.ts';

/** The schema of each kind of document, as a client writes it. */
export const documentInputs = {
  collector: collectorInput,
  connection: connectionInput,
  destination: destinationInput,
  behavior: behaviorInput,
  action: actionInput,
  alert: alertInput,
} satisfies Record<ManagedKind, z.ZodType>;

/** The schema of each kind of document, as GET returns it. */
export const documentOutputs = { collector, connection, destination, behavior, action, alert } satisfies Record<
  ManagedKind,
  z.ZodType
>;
