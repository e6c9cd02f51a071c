import type { CallInput } from '../../client/client.ts';
import type { PresetValue } from './placeholders.ts';

/** A destination that comes with a preset. */
export type PresetDestination = {
  name: string;
  description: string;
  method: 'POST' | 'PUT' | 'PATCH' | 'GET';
  path: string;
  contentType: string;
  template: string;
  /** Rules for responses whose status alone does not say what to do. */
  outcomes?: NonNullable<NonNullable<CallInput<'createDestination'>['body']['settings']>['outcomes']>;
  /** A record as an Action may make it, to show what comes out. */
  sample: Record<string, unknown>;
};

/** A ready-made description of a well-known system: everything about it can be changed before and after it is saved. */
export type Preset = {
  id: string;
  group: PresetGroup;
  name: string;
  /** What it is for, in one line. */
  about: string;
  /** What is needed, and where to find it. */
  needs: string[];
  /** What its addresses need of one's own account. */
  values: readonly PresetValue[];
  baseUrl: string;
  /** Secrets are left for the form. */
  authentication:
    | { type: 'none' }
    | { type: 'bearer' }
    | { type: 'basic'; username: string }
    | { type: 'oauth2'; grant: 'client_credentials'; accessTokenUrl: string; scope: string };
  headers: { name: string; value: string; isSecret: boolean }[];
  destinations: PresetDestination[];
};

/** What systems are for, in the order in which they are shown. */
export const presetGroups = ['messages', 'marketing', 'data'] as const;
export type PresetGroup = (typeof presetGroups)[number];

type Optional<T, Key extends keyof T> = Omit<T, Key> & Partial<Pick<T, Key>>;

/** A preset without its defaults: no authentication, no headers, POST, JSON. */
export type PresetInput = Optional<Omit<Preset, 'destinations' | 'group'>, 'authentication' | 'headers' | 'values'> & {
  destinations: readonly Optional<PresetDestination, 'method' | 'contentType'>[];
};
