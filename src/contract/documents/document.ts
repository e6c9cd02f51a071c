import { z } from 'zod';
import { timestamp } from '../text.ts';

/** The kinds of configuration; each object is a versioned document of the catalog. */
export const documentKinds = [
  'connection',
  'destination',
  'action',
  'behavior',
  'collector',
  'parameter',
  'settings',
  'alert',
] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** The kinds that have the full set of routes. */
export type ManagedKind = Exclude<DocumentKind, 'parameter' | 'settings'>;

/** What the catalog adds to each document; a PUT or PATCH that contains it has no effect on it. */
export const stamp = {
  id: z.string(),
  version: z.int(),
  createdAt: timestamp,
  updatedAt: timestamp,
  updatedBy: z.string(),
};

/** Warnings that the response to a write may contain. */
export const warnings = { warnings: z.array(z.string()).optional() };
