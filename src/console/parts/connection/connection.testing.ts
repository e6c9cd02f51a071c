import { connection } from '../../../contract/documents/connection.ts';
import type { Connection } from './connection.ts';

export const updatedAt = '2026-01-02T03:04:05Z';

/** The health of a connection without problems or traffic. */
export const fine = {
  state: 'ok',
  reason: null,
  detail: null,
  since: null,
  nextProbeAt: null,
  waitsUntil: null,
  held: 0,
  requests: { inFlight: 0, limit: null, responseMs: null, limitedBy: null },
  tokenExpiresAt: null,
  certificateExpiresAt: null,
  secretExpiresAt: null,
} as const;

/** A connection as GET returns it. */
export const storedConnection = (body: object, health: object = {}): Connection =>
  connection.parse({
    id: 'con_1',
    version: 3,
    createdAt: updatedAt,
    updatedAt,
    updatedBy: 'me',
    health: { ...fine, ...health },
    ...body,
  });
