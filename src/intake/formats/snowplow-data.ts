import { type Refusal, refusal } from './format.ts';
import { isObject, type JsonObject, put } from './json-values.ts';
import { type Item, objectAt, objectOfText } from './opened-json.ts';
import { textOf } from './sdk-requests.ts';

/** The names of data that have no schema, by their names in the tracker protocol. */
type Members = Readonly<Record<string, string>>;

/** `name`: of the events of a type; null: each has its own. */
type Type = { name: string | null; members: Members };

/** The types of events, as Snowplow names them. */
const types = new Map<string, Type>([
  ['ue', { name: null, members: {} }],
  ['pv', { name: 'page_view', members: { url: 'url', page: 'title', refr: 'referrer' } }],
  [
    'pp',
    {
      name: 'page_ping',
      members: { pp_mix: 'xOffsetMin', pp_max: 'xOffsetMax', pp_miy: 'yOffsetMin', pp_may: 'yOffsetMax' },
    },
  ],
  [
    'se',
    {
      name: null,
      members: { se_ca: 'category', se_ac: 'action', se_la: 'label', se_pr: 'property', se_va: 'value' },
    },
  ],
  [
    'tr',
    {
      name: 'transaction',
      members: {
        ...{ tr_id: 'order_id', tr_af: 'affiliation', tr_tt: 'total', tr_tx: 'tax', tr_sh: 'shipping' },
        ...{ tr_ci: 'city', tr_st: 'state', tr_co: 'country', tr_cu: 'currency' },
      },
    },
  ],
  [
    'ti',
    {
      name: 'transaction_item',
      members: {
        ...{ ti_id: 'order_id', ti_sk: 'sku', ti_nm: 'name', ti_ca: 'category', ti_pr: 'price' },
        ...{ ti_qu: 'quantity', ti_cu: 'currency' },
      },
    },
  ],
]);

/** The names of data without a schema in the tracker protocol. */
export const memberNames: readonly string[] = [...types.values()].flatMap(({ members }) => Object.keys(members));

/** What an event says. `schema`: of its data, undefined when it has none. */
type Said = { name: string; data: JsonObject; schema?: unknown };

/** What an event says, or why it is refused. */
export function saidBy(item: JsonObject): Said | Refusal {
  const type = types.get(textOf(item['e']) ?? '');
  if (type === undefined)
    return refusal('invalid_events', `The type e of an event must be one of ${[...types.keys()].join(', ')}.`);
  if (item['e'] === 'ue') return describedBy(item);
  const data: JsonObject = {};
  for (const wire in type.members) putPresent(data, type.members[wire] ?? '', item[wire]);
  return { name: type.name ?? textOf(item['se_ac']) ?? 'event', data };
}

/** A self-describing event: its name is that of its schema. */
function describedBy(item: JsonObject): Said | Refusal {
  const outer = jsonOf(item, 'ue_pr', 'ue_px');
  if (outer === null) return refusal('invalid_events', 'A self-describing event needs its data.');
  if ('ok' in outer) return outer;
  const { data: inner } = outer.value;
  const name = isObject(inner) ? schemaName(inner['schema']) : null;
  if (!isObject(inner) || name === null)
    return refusal(
      'invalid_events',
      'A self-describing event needs a schema such as iglu:com.acme/order/jsonschema/1-0-0.',
    );
  const { data, schema } = inner;
  return { name, schema, data: isObject(data) ? data : putPresent({}, 'data', data) };
}

/** The contexts of an event by the names of their schemas; several of one name are a list. */
export function contextsOf(item: JsonObject): { value: JsonObject } | Refusal {
  const outer = jsonOf(item, 'co', 'cx');
  if (outer === null) return { value: {} };
  if ('ok' in outer) return outer;
  const { data: list } = outer.value;
  const byName = new Map<string, unknown[]>();
  for (const context of Array.isArray(list) ? list : []) {
    const name = isObject(context) ? schemaName(context['schema']) : null;
    if (!isObject(context) || name === null) return refusal('invalid_events', 'A context needs a schema.');
    const values = byName.get(name);
    if (values === undefined) byName.set(name, [context['data']]);
    else values.push(context['data']);
  }
  const value: JsonObject = {};
  for (const [name, values] of byName) putPresent(value, name, values.length === 1 ? values[0] : values);
  return { value };
}

/** JSON that a member has as text, or another one in Base64; null: neither has. */
function jsonOf(item: JsonObject, plain: string, encoded: string): { value: JsonObject } | Refusal | null {
  const text = textOf(item[plain]);
  const base64 = textOf(item[encoded]);
  if (text === null && base64 === null) return null;
  const json = text === null ? objectOfBase64(base64 ?? '') : objectOfText(text);
  if (json.ok) return { value: json.value };
  const name = text === null ? encoded : plain;
  return json.code === 'malformed_json' ? refusal('invalid_events', `The ${name} of the event is not JSON.`) : json;
}

/** Either alphabet, with or without padding; in a query, a plus sign is a space. */
function objectOfBase64(base64: string): Item {
  const bytes = Buffer.from(base64.replaceAll(' ', '+'), 'base64');
  return objectAt(bytes, [0, bytes.length]);
}

/** The name in a schema: `iglu:vendor/name/format/version`. */
function schemaName(schema: unknown): string | null {
  return /^iglu:[^/]+\/([^/]+)\//.exec(textOf(schema) ?? '')?.[1] ?? null;
}

/** Sets a member of an object if it has a value. */
export function putPresent(object: JsonObject, name: string, value: unknown): JsonObject {
  if (value !== undefined && value !== null && value !== '') put(object, name, value);
  return object;
}
