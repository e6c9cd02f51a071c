import { z } from 'zod';
import { actionDestination, actionInput } from '../documents/action.ts';
import { alertInput } from '../documents/alert.ts';
import type { ManagedKind } from '../documents/document.ts';
import { documentInputs } from '../documents/document-inputs.ts';
import { settingsInput } from '../documents/settings.ts';
import { documentName } from '../text.ts';
import { type Emitter, type Json, sentencesOf, withText } from './json-schema.ts';
import { discriminatorOf, membersOf } from './schema-union.ts';

// The server parses a patch, and a document with names instead of ids, after it completed them: their routes take any
// object. These are the same bodies as clients write them.

const patches: { [route: string]: z.core.$ZodType } = {
  ...Object.fromEntries(Object.entries(documentInputs).map(([kind, input]) => [`change${capital(kind)}`, input])),
  changeSettings: settingsInput,
};

const name = documentName.optional().meta({ description: 'Left out, or the name in the URL.' });
const row = actionDestination.shape;
const [webhook, email, slack] = alertInput.options;

const applied: Record<ManagedKind, z.ZodType> = {
  ...documentInputs,
  alert: z.discriminatedUnion('type', [webhook.extend({ name }), email.extend({ name }), slack.extend({ name })]),
  collector: documentInputs.collector.extend({ name }),
  connection: documentInputs.connection.extend({ name }),
  behavior: documentInputs.behavior.extend({ name }),
  destination: documentInputs.destination.extend({
    name,
    connection: z.string().optional().meta({ description: 'The name of the connection.' }),
  }),
  action: actionInput.extend({
    name,
    destinations: z
      .array(
        z
          .strictObject({
            ...row,
            destinationId: row.destinationId.optional(),
            destination: z.string().optional().meta({ description: '`Connection/Destination`, instead of the id.' }),
          })
          .meta({ accepts: 'Give `destinationId` or `destination`.' }),
      )
      .max(100)
      .default([]),
  }),
};

/** The schema of a body that the route takes as any object; null: the route has its schema. */
export function writtenBody(id: string, parts: Emitter, names: Map<z.core.$ZodType, string>): Json | null {
  const input = patches[id];
  if (input !== undefined) return patchBody(`${id.replace('change', '')}Patch`, input, parts, names);
  const kind = Object.keys(applied).find((one) => id === `apply${capital(one)}`) as ManagedKind | undefined; // its keys
  if (kind === undefined) return null;
  if (!names.has(applied[kind])) names.set(applied[kind], `${capital(kind)}ApplyInput`);
  return parts.emit(applied[kind], 'input');
}

/** A JSON Merge Patch (RFC 7396): every member is optional, and null restores the default of a member that has one. */
function patchBody(
  own: string,
  input: z.core.$ZodType,
  { emit, constant, component, nullable }: Emitter,
  names: ReadonlyMap<z.core.$ZodType, string>,
): Json {
  function patchOf(schema: z.core.$ZodType): Json {
    if (
      schema instanceof z.ZodDefault ||
      schema instanceof z.ZodPrefault ||
      schema instanceof z.ZodNullable ||
      schema instanceof z.ZodOptional
    )
      return withText(nullable(patchOf(schema.def.innerType)), sentencesOf(schema));
    const objects = objectsOf(schema);
    if (objects === null) return emit(schema, 'input');
    const base = names.get(schema);
    return base === undefined
      ? merged(objects)
      : component(`${base.replace(/Input$/, '')}Patch`, () => merged(objects));
  }

  function merged(objects: readonly z.ZodObject[]): Json {
    const members = new Map<string, z.core.$ZodType[]>();
    for (const { shape } of objects)
      for (const [key, child] of Object.entries(shape)) members.set(key, [...(members.get(key) ?? []), child]);
    // Null removes a member that only some of the objects have.
    const properties = [...members].map(([key, children]) => {
      const patch = patchOfAny(children);
      return [key, children.length < objects.length ? nullable(patch) : patch];
    });
    return { type: 'object', properties: Object.fromEntries(properties) };
  }

  /** The patch of a member that several objects have: of equal ones, constants, or objects. */
  function patchOfAny(children: readonly z.core.$ZodType[]): Json {
    const constants = children.flatMap((one) => (one instanceof z.ZodLiteral ? [...one.values] : []));
    if (constants.length === children.length && constants.length > 1) return constant([...new Set(constants)]);
    const distinct = [...new Set(children)];
    const objects = distinct.map(objectsOf);
    if (distinct.length > 1 && objects.every((one) => one !== null)) return merged(objects.flat());
    const [first] = distinct;
    return first === undefined ? {} : patchOf(first);
  }

  return component(own, () =>
    withText(merged(objectsOf(input) ?? []), 'A JSON Merge Patch: the result has to be what PUT accepts.'),
  );
}

/** The objects of an object or of a union by a constant; null: a value that a patch replaces as a whole. */
function objectsOf(schema: z.core.$ZodType): z.ZodObject[] | null {
  if (schema instanceof z.ZodObject) return [schema];
  if (!(schema instanceof z.ZodUnion) || discriminatorOf(schema) === null) return null;
  const { members } = membersOf(schema);
  return members.every((member) => member instanceof z.ZodObject) ? members : null;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
