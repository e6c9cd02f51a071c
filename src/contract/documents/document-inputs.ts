import type { z } from 'zod';
import { actionInput } from './action.ts';
import { alertInput } from './alert.ts';
import { behaviorInput } from './behavior.ts';
import { collectorInput } from './collector.ts';
import { connectionInput } from './connection.ts';
import { destinationInput } from './destination.ts';
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
