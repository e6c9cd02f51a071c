import type { ReactNode } from 'react';
import { docs as words } from '../../messages/en/docs.ts';
import css from './docs.module.css';
import { resolved, type Schema } from './operations.ts';

const w = words.api;

type Props = {
  schema: Schema;
  schemas: Record<string, Schema>;
  /** The names that are being shown around this one: what contains itself is shown once. */
  within?: readonly string[];
};

/** A schema in words, with the fields inside it. */
export function SchemaView({ schema: given, schemas, within = [] }: Props): ReactNode {
  const { schema, name } = resolved(given, schemas);
  if (name !== null && within.includes(name)) return null;
  const around = name === null ? within : [...within, name];
  const inner = (one: Schema) => <SchemaView schema={one} schemas={schemas} within={around} />;
  if (schema.properties !== undefined)
    return (
      <ul className={css['fields']}>
        {Object.entries(schema.properties).map(([field, one]) => (
          <Field key={field} name={field} schema={one} schemas={schemas} isRequired={schema.required?.includes(field)}>
            {hasFields(one, schemas, around) ? inner(one) : null}
          </Field>
        ))}
      </ul>
    );
  const choices = (schema.anyOf ?? schema.oneOf ?? schema.allOf)?.filter(isDeep);
  if (choices !== undefined && choices.length > 0)
    return (
      <ul className={css['fields']}>
        {choices.map((one) => (
          <li key={JSON.stringify(one).slice(0, 400)} className={css['field']}>
            <span className={css['type']}>{typeOf(one, schemas)}</span>
            {inner(one)}
          </li>
        ))}
      </ul>
    );
  if (schema.items !== undefined && isDeep(schema.items)) return inner(schema.items);
  const more = schema.additionalProperties;
  return typeof more === 'object' && isDeep(more) ? inner(more) : null;
}

type FieldProps = {
  name: string;
  schema: Schema;
  schemas: Record<string, Schema>;
  isRequired?: boolean | undefined;
  note?: string | undefined;
  children?: ReactNode;
};

/** One line about a field: name, type and bounds, whether it must be there. */
export function Field({ name, schema, schemas, isRequired, note, children }: FieldProps): ReactNode {
  const line = (
    <>
      <code>{name}</code>
      <span className={css['type']}>{typeOf(schema, schemas)}</span>
      {isRequired === true ? <span className={css['required']}>{w.required}</span> : null}
      {note === undefined ? null : <span className={css['type']}>{note}</span>}
    </>
  );
  return (
    <li className={css['field']}>
      {children == null ? (
        line
      ) : (
        <details>
          <summary>{line}</summary>
          {children}
        </details>
      )}
    </li>
  );
}

/** Whether there is more to show inside a schema than its name. */
function hasFields(given: Schema, schemas: Record<string, Schema>, within: readonly string[]): boolean {
  const { schema, name } = resolved(given, schemas);
  if (name !== null && within.includes(name)) return false;
  const { properties, items, additionalProperties: more, anyOf, oneOf, allOf } = schema;
  const around = name === null ? within : [...within, name];
  const inside = [items, typeof more === 'object' ? more : undefined, ...(anyOf ?? oneOf ?? allOf ?? [])];
  return properties !== undefined || inside.some((one) => one !== undefined && hasFields(one, schemas, around));
}

function isDeep(schema: Schema): boolean {
  return [schema.$ref, schema.properties, schema.items, schema.anyOf, schema.oneOf, schema.allOf].some(Boolean);
}

function typeOf(given: Schema, schemas: Record<string, Schema>): string {
  const { schema, name } = resolved(given, schemas);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) {
    const kinds = [...new Set(choices.map((one) => typeOf(one, schemas)))];
    return kinds.join('').length < 60 ? kinds.join(' | ') : w.oneOf;
  }
  if (schema.items !== undefined) return `${w.list} ${typeOf(schema.items, schemas)}`;
  const type = Array.isArray(schema.type) ? schema.type.join(' | ') : (schema.type ?? w.anything);
  return [
    name ?? type,
    schema.format,
    bounds(schema),
    schema.default === undefined ? '' : `= ${JSON.stringify(schema.default)}`,
  ]
    .filter(Boolean)
    .join(' ');
}

function bounds({ minimum, maximum, maxLength, maxItems }: Schema): string {
  const most = maximum ?? maxLength ?? maxItems;
  if (most === undefined || most >= Number.MAX_SAFE_INTEGER) return '';
  return minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? `≤ ${most}` : `${minimum} – ${most}`;
}
