import { z } from 'zod';
import { alertInput } from '../../contract/documents/alert.ts';
import { behaviorInput } from '../../contract/documents/behavior.ts';
import { collectorInput } from '../../contract/documents/collector.ts';
import { connectionInput } from '../../contract/documents/connection.ts';
import { destinationInput } from '../../contract/documents/destination.ts';
import { settingsInput } from '../../contract/documents/settings.ts';

/** What a form has to know of a value of the contract. Numbers have bounds, lists those of their items and length. */
export type Fact = {
  default?: unknown;
  isNullable?: true;
  min?: number;
  max?: number;
  /** Most items of a list. */
  itemsMax?: number;
  /** An empty text is refused. */
  isNeeded?: true;
  /** All values that there are, of a list those of its items. */
  options?: readonly string[];
};

/** Facts by the dotted path of the value in the body; `*` is each item of a list of objects. */
export type Facts = Readonly<Record<string, Fact>>;

type Json = {
  type?: string | string[];
  properties?: Record<string, Json>;
  anyOf?: Json[];
  oneOf?: Json[];
  items?: Json;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
  minLength?: number;
  pattern?: string;
  enum?: string[];
};

/** The facts of each value in a schema, by reading its JSON schema. The variants of a union are read one after another. */
export function factsOf(schema: z.ZodType): Facts {
  const found: Record<string, Fact> = {};
  const read = (json: Json, path: string, isNullable = false, outer: Json = {}): void => {
    const variants = json.anyOf ?? json.oneOf;
    if (variants !== undefined) {
      const canBeNull = isNullable || variants.some(({ type }) => type === 'null');
      // An object in place of a text (the mark of a stored secret) has no bounds of its own.
      const isText = variants.some(({ type }) => type === 'string');
      for (const one of variants)
        if (one.type !== 'null' && !(isText && one.properties)) read(one, path, canBeNull, json.anyOf ? json : outer);
      return;
    }
    if (json.properties !== undefined) {
      for (const [name, inner] of Object.entries(json.properties)) read(inner, path === '' ? name : `${path}.${name}`);
      return;
    }
    if (json.items?.properties ?? json.items?.anyOf ?? json.items?.oneOf) read(json.items, `${path}.*`);
    const bounds = json.items ?? json;
    const isEmptyRefused =
      (json.minLength ?? 0) > 0 || (json.pattern !== undefined && !RegExp(json.pattern, 'u').test(''));
    const standard = json.default ?? outer.default;
    found[path] ??= {
      ...(standard === undefined || standard === null ? {} : { default: standard }),
      ...(isNullable ? { isNullable: true } : {}),
      ...(bounds.minimum === undefined ? {} : { min: bounds.minimum }),
      ...(bounds.maximum === undefined ? {} : { max: bounds.maximum }),
      ...(json.maxItems === undefined ? {} : { itemsMax: json.maxItems }),
      ...(isEmptyRefused && !isNullable ? { isNeeded: true } : {}),
      ...(bounds.enum === undefined ? {} : { options: bounds.enum }),
    };
  };
  read(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Json, ''); // a JSON schema
  return found;
}

// The build replaces this module by its values, so that no form loads Zod (vite.config.ts).
export const connectionFacts = factsOf(connectionInput);
export const destinationFacts = factsOf(destinationInput);
export const alertFacts = factsOf(alertInput);
export const collectorFacts = factsOf(collectorInput);
export const settingsFacts = factsOf(settingsInput);
export const behaviorFacts = factsOf(behaviorInput.pick({ name: true, category: true, description: true }));
