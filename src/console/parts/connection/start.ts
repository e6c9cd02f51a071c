import type { CallInput } from '../../../client/client.ts';
import { connectionFacts } from '../../data/schema-facts.ts';
import { terms } from '../../messages/en.ts';
import type { PresetValue } from '../../presets/placeholders.ts';
import type { Preset } from '../../presets/preset.ts';
import { draftBy } from '../form/form-fields.ts';
import { rows } from '../form/rows.ts';
import type { Connection } from './connection.ts';
import { type ConnectionDraft, connectionFields, draftOf, emptyDraft } from './form/connection-draft.ts';
import type { Destination } from './usage.ts';

export type DestinationBody = CallInput<'createDestination'>['body'];

/** The initial form of a new connection, and the destinations that are created with it. */
export type Start = {
  draft: ConnectionDraft;
  destinations: readonly DestinationBody[];
  /** What the addresses of a preset need of one's own account. */
  values?: readonly PresetValue[];
};

/** A preset as a beginning. Its destinations are disabled so that a person looks at them first. */
export const startOf = ({ name, baseUrl, authentication: auth, headers, destinations, values }: Preset): Start => ({
  values,
  draft: {
    ...emptyDraft,
    ...draftBy(connectionFields, connectionFacts, { name, baseUrl, auth }),
    headers: rows(headers),
  },
  destinations: destinations.map(({ sample: _sample, outcomes, ...body }) => ({
    ...body,
    status: 'disabled',
    ...(outcomes === undefined ? {} : { settings: { outcomes } }),
  })),
});

/** A copy of a connection with its destinations, without secrets. */
export const copyOf = (connection: Connection, destinations: readonly Destination[]): Start => ({
  draft: { ...withoutMarks(draftOf(connection)), name: terms.copyOf(connection.name) },
  destinations: destinations.map((one) => copyOfDestination(one, one.name)),
});

/** A copy of a destination: disabled, and without the secrets of its headers. */
export function copyOfDestination(destination: Destination, name: string): DestinationBody {
  const { description, method, contentType, path, template, settings } = withoutMarks(destination);
  return {
    name,
    description,
    method,
    contentType,
    path,
    template,
    status: 'disabled',
    settings: settings as NonNullable<DestinationBody['settings']>, // GET's form of settings is what a write takes
  };
}

/** Plain data without the marks of stored secrets, which can't be copied. */
function withoutMarks<Plain>(data: Plain): Plain {
  const isMark = (value: unknown) => typeof value === 'object' && value !== null && 'set' in value;
  return JSON.parse(JSON.stringify(data, (_name, value) => (isMark(value) ? null : value))); // plain data
}
