import fc from 'fast-check';

// What a changed JSON Schema breaks for a client. A client writes requests: what it could send must stay accepted. It reads
// responses: what it gets must stay what it could get. New optional members and new constants of a response are no break.

export type Json = { readonly [key: string]: unknown };
export type Way = 'request' | 'response';
/** `at`: the component and the place in it. */
export type Break = { readonly at: string; readonly says: string };

/** The schemas that both documents have at one place. */
export type Pair = { readonly before: Json; readonly after: Json; readonly way: Way; readonly at: string };

/** The breaks of one pair, and the pairs of components that it refers to. */
export type Compared = { readonly breaks: readonly Break[]; readonly pairs: readonly Pair[] };

export type Lookup = { before(name: string): Json; after(name: string): Json };

/** Compares the schemas of a pair. Unknown keywords are an error, so that none is ignored. */
export function compareSchemas(pair: Pair, lookup: Lookup): Compared {
  const breaks: Break[] = [];
  const pairs: Pair[] = [];

  /** `isStart`: a reference that led to this pair is followed. */
  function compare(one: Json, other: Json, way: Way, at: string, isStart = false): void {
    const [own, now] = [nameOf(one), nameOf(other)];
    if (own !== null && now !== null && !isStart) {
      pairs.push({ before: one, after: other, way, at: own });
      return;
    }
    const before = formOf(one, lookup.before);
    const after = formOf(other, lookup.after);
    const say = (says: string) => breaks.push({ at, says });
    const isRequest = way === 'request';
    if (isRequest && before.isNullable && !after.isNullable && !isAny(after)) say('null is refused');
    if (!isRequest && !before.isNullable && after.isNullable && !isAny(before)) say('can be null');
    for (const [key, member] of before.members) {
      const counterpart = counterpartOf(after, key);
      if (counterpart === null) {
        if (isRequest) say(`${key} is refused`);
      } else compareMember(member, counterpart, way, at);
    }
    if (isRequest) return;
    // A client takes a member of a discriminator that it doesn't know for a new one; it can't know a new type.
    for (const key of after.members.keys())
      if (!after.isDiscriminated && counterpartOf(before, key) === null) say(`can be ${key}`);
  }

  function compareMember(one: Json, other: Json, way: Way, at: string): void {
    const [own, now] = [nameOf(one), nameOf(other)];
    if (own !== null && now !== null) {
      pairs.push({ before: one, after: other, way, at: own });
      return;
    }
    const before = resolved(one, lookup.before);
    const after = resolved(other, lookup.after);
    for (const keyword of [...Object.keys(before), ...Object.keys(after)])
      if (!known.has(keyword)) throw new Error(`unknown keyword ${keyword} at ${at}`);
    for (const says of [...constantBreaks(before, after, way), ...formatBreaks(before, after, way)])
      breaks.push({ at, says });
    if (way === 'request')
      for (const says of [...boundBreaks(before, after), ...formBreaks(before, after)]) breaks.push({ at, says });
    compareMembers(before, after, way, at);
    if (before['items'] !== undefined || after['items'] !== undefined)
      compare(schemaOf(before['items']), schemaOf(after['items']), way, `${at}/items`);
    if (before['propertyNames'] !== undefined || after['propertyNames'] !== undefined)
      compare(namesOf(before), namesOf(after), way, `${at}/propertyNames`);
  }

  function compareMembers(before: Json, after: Json, way: Way, at: string): void {
    const [had, has] = [schemasOf(before), schemasOf(after)];
    const [needed, needs] = [requiredOf(before), requiredOf(after)];
    for (const [name, schema] of Object.entries(had)) {
      const place = `${at}/${name}`;
      const now = has[name];
      if (now === undefined) breaks.push({ at: place, says: 'is removed' });
      else compare(schema, now, way, place);
      if (way === 'response' && now !== undefined && needed.has(name) && !needs.has(name))
        breaks.push({ at: place, says: 'can be missing' });
    }
    if (way === 'request')
      for (const name of needs) if (!needed.has(name)) breaks.push({ at: `${at}/${name}`, says: 'is required' });
    const [others, othersNow] = [before['additionalProperties'], after['additionalProperties']];
    if (way === 'request' && others !== false && othersNow === false && Object.keys(had).length === 0)
      breaks.push({ at, says: 'other members are refused' });
    if (isSchema(others) || isSchema(othersNow))
      if (others !== false && othersNow !== false)
        compare(schemaOf(others), schemaOf(othersNow), way, `${at}/additionalProperties`);
  }

  compare(pair.before, pair.after, pair.way, pair.at, true);
  return { breaks, pairs };
}

type Form = { members: ReadonlyMap<string, Json>; isNullable: boolean; isDiscriminated: boolean };

/** A schema as its alternatives without null, by the constant of their discriminator or by their type. */
function formOf(schema: Json, lookup: (name: string) => Json): Form {
  const whole = resolved(schema, lookup);
  const alternatives = alternativesOf(whole);
  if (alternatives.length === 0) {
    const types = [whole['type'] ?? anyType].flat().map(String);
    const plain = types.filter((type) => type !== 'null');
    const members = plain.map((type): [string, Json] => [type, type === anyType ? whole : { ...whole, type }]);
    return { members: new Map(members), isNullable: types.includes('null'), isDiscriminated: false };
  }
  const others = alternatives.filter(({ type }) => type !== 'null');
  const forms = others.map((one) => ({ one, form: formOf(one, lookup), whole: resolved(one, lookup) }));
  const isNullable = others.length < alternatives.length || forms.some(({ form }) => form.isNullable);
  const { mapping } = schemaOf(whole['discriminator']);
  const members = isSchema(mapping)
    ? Object.entries(mapping).map(([value, $ref]): [string, Json] => [value, { $ref }])
    : forms.flatMap(({ one, form, whole }) =>
        [...form.members].map(([key, inner]): [string, Json] => [key, alternativesOf(whole).length > 0 ? inner : one]),
      );
  const isDiscriminated = isSchema(mapping) || forms.some(({ form }) => form.isDiscriminated);
  return { members: new Map(members), isNullable, isDiscriminated };
}

const alternativesOf = ({ oneOf, anyOf }: Json) => [...schemaList(oneOf), ...schemaList(anyOf)];

const anyType = 'any value';
const isAny = ({ members }: Form) => members.has(anyType);

function counterpartOf({ members }: Form, key: string): Json | null {
  const wider = key === 'integer' ? members.get('number') : undefined;
  return members.get(key) ?? members.get(anyType) ?? wider ?? null;
}

function constantBreaks(before: Json, after: Json, way: Way): string[] {
  const [had, has] = [constantsOf(before), constantsOf(after)];
  if (way === 'response') return had !== null && has === null ? ['can be any value'] : [];
  if (has === null) return [];
  if (had === null) return ['only some values are accepted'];
  return had.filter((value) => !has.includes(value)).map((value) => `${JSON.stringify(value)} is refused`);
}

function formatBreaks(before: Json, after: Json, way: Way): string[] {
  const [had, has] = [before['format'], after['format']];
  const [small, large] = way === 'request' ? [had, has] : [has, had];
  if (had === has || (small === 'int32' && large === 'int64')) return [];
  // Generators make other types of a format.
  return [`the format is ${has ?? 'none'} instead of ${had ?? 'none'}`];
}

function boundBreaks(before: Json, after: Json): string[] {
  const raised = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'].filter(
    (name) => Number(after[name] ?? lowest(name)) > Number(before[name] ?? lowest(name)),
  );
  const lowered = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'].filter(
    (name) => Number(after[name] ?? Number.POSITIVE_INFINITY) < Number(before[name] ?? Number.POSITIVE_INFINITY),
  );
  const pattern = isNarrowed(before, after) ? ['pattern'] : [];
  return [...raised, ...lowered, ...pattern].map(
    (name) => `${name} is ${after[name]} instead of ${before[name] ?? 'none'}`,
  );
}

/**
 * Whether texts that fitted a pattern no longer do, by a sample. A blank text is in it where an empty one fitted alone:
 * required texts are trimmed first, so that a blank one has never fitted.
 */
function isNarrowed(before: Json, after: Json): boolean {
  const [had, has] = [before['pattern'], after['pattern']];
  if (typeof has !== 'string' || has === had) return false;
  const texts = typeof had === 'string' ? fc.stringMatching(new RegExp(had, 'u')) : fc.string();
  const sample = fc.sample(texts, { numRuns: 100, seed: 1 }).filter((text) => text.trim() !== '');
  const isBlankTaken =
    Number(before['minLength'] ?? 0) === 0 && (typeof had !== 'string' || new RegExp(had, 'u').test(''));
  return [...sample, ...(isBlankTaken ? ['', ' '] : [])].some((text) => !new RegExp(has, 'u').test(text));
}

const lowest = (name: string) => (name.endsWith('imum') ? Number.NEGATIVE_INFINITY : 0);

/** The members that go together: `x-forms` has the lists of their names. */
function formBreaks(before: Json, after: Json): string[] {
  const [had, has] = [before['x-forms'], after['x-forms']].map((forms) => (Array.isArray(forms) ? forms : null));
  if (has === null || has === undefined) return [];
  const all = had ?? [Object.keys(schemasOf(before))];
  return all
    .filter((form: string[]) => !has.some((one: string[]) => form.every((name) => one.includes(name))))
    .map((form: string[]) => `the form of ${form.join(', ')} is refused`);
}

const known = new Set(
  `type enum const format pattern minimum maximum exclusiveMinimum exclusiveMaximum minLength maxLength minItems maxItems minProperties items
  properties required additionalProperties propertyNames oneOf anyOf discriminator x-forms description title default examples
  writeOnly readOnly`.split(/\s+/),
);

function resolved(schema: Json, lookup: (name: string) => Json): Json {
  const name = nameOf(schema);
  return name === null ? schema : resolved(lookup(name), lookup);
}

/** The name of the component that a schema refers to. */
export function nameOf(schema: Json): string | null {
  const { $ref } = schema;
  return typeof $ref === 'string' ? $ref.slice($ref.lastIndexOf('/') + 1) : null;
}

const isSchema = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const schemaOf = (value: unknown): Json => (isSchema(value) ? value : {});
const schemaList = (value: unknown): Json[] => (Array.isArray(value) ? value : []);
const schemasOf = (schema: Json): { [name: string]: Json } => Object(schema['properties'] ?? {});
const requiredOf = ({ required }: Json): Set<string> => new Set(Array.isArray(required) ? required : []);
const namesOf = (schema: Json): Json => ({ type: 'string', ...schemaOf(schema['propertyNames']) });

/** The values of an enum without null, which is a type of its own here. */
function constantsOf(schema: Json): unknown[] | null {
  if ('const' in schema) return [schema['const']];
  const { enum: values } = schema;
  return Array.isArray(values) ? values.filter((value) => value !== null) : null;
}
