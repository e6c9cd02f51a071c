import { z } from 'zod';
import { timestamp } from '../text.ts';

/** The kinds of things that people configure; each is a versioned document of the catalogue. */
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

/** What the catalogue adds to every document; given back on a PUT or PATCH, it is ignored. */
export const stamp = {
  id: z.string(),
  version: z.int(),
  createdAt: timestamp,
  updatedAt: timestamp,
  updatedBy: z.string(),
};

/** What the answer to a write may add: what a person should know of it. */
export const warnings = { warnings: z.array(z.string()).optional() };

/** The fields that GET shows and that a write ignores. */
export const readOnlyFields = ['id', 'version', 'createdAt', 'updatedAt', 'updatedBy', 'health', 'warnings'] as const;
