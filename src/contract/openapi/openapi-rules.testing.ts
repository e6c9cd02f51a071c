import { RE2JS } from 're2js';

export type Json = { [key: string]: unknown };
export type Rule = { name: string; find(document: Json): string[] };

type Place = { schema: Json; at: string; isRequest: boolean };

const methods = new Set(['get', 'post', 'put', 'patch', 'delete']);
const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value : []);
const objectOf = (value: unknown): Json => Object(value);
const objectsOf = (value: unknown): { [key: string]: Json } => Object(value);

/** What code generators and linters need of an OpenAPI document. Each rule lists the places where a document breaks it. */
export const rules: readonly Rule[] = [
  bySchema(
    'tuples are lists with a length',
    ({ schema }) => 'prefixItems' in schema || typeof schema['items'] === 'boolean' || Array.isArray(schema['items']),
  ),
  bySchema('no list as type, but with null', ({ schema: { type } }) =>
    Array.isArray(type) ? type.length !== 2 || !type.includes('null') : false,
  ),
  bySchema('a request has no defaults', ({ schema, isRequest }) => isRequest && 'default' in schema),
  {
    name: 'a union has a name, is flat, and its objects have a discriminator',
    find: (document) =>
      schemasOf(document).flatMap((place) => {
        const fault = unionFault(place, document);
        return fault === null ? [] : [`${place.at}: ${fault}`];
      }),
  },
  {
    name: 'references lead to components with a name of the contract',
    find: (document) => [
      ...schemasOf(document).flatMap(({ schema: { $ref }, at }) =>
        $ref !== undefined && !/^#\/components\/schemas\/[A-Z][A-Za-z0-9]*$/.test(String($ref))
          ? [`${at}: ${$ref}`]
          : [],
      ),
      ...Object.keys(componentsOf(document)).filter((name) => name.includes('_')),
    ],
  },
  { name: 'a thing has one name', find: repeatedThings },
  bySchema('a number has a format that holds it', ({ schema: { type, format, maximum } }) => {
    const [kind] = [type].flat();
    if (kind === 'number') return format !== 'double';
    if (kind !== 'integer') return false;
    return format !== 'int64' && !(format === 'int32' && Number(maximum ?? Number.POSITIVE_INFINITY) < 2 ** 31);
  }),
  bySchema('null is a type', ({ schema }) => {
    const members = membersOf(schema);
    return (
      members.some(isNull) &&
      members.some((one) => !isNull(one) && typeof one['type'] === 'string' && members.length === 2)
    );
  }),
  {
    name: 'null is in a union itself, and not beside a reference to it',
    find: (document) =>
      schemasOf(document)
        .filter(({ schema }) => membersOf(schema).some(isNull))
        .filter(({ schema }) =>
          membersOf(schema).some(
            ({ $ref }) => $ref !== undefined && membersOf(resolved({ $ref }, document)).length > 0,
          ),
        )
        .map((place) => place.at),
  },
  bySchema('a member that classes have already is no plain value', ({ schema }) => {
    const { equals } = objectsOf(schema['properties']);
    return equals !== undefined && equals['$ref'] === undefined;
  }),
  bySchema('constants are texts', ({ schema }) => 'const' in schema && typeof schema['const'] !== 'string'),
  {
    name: 'a body has one media type, without parameters, and members',
    find: (document) =>
      operationsOf(document).flatMap(({ operation, id, method, path }) => {
        const content = Object.entries(objectOf(objectOf(operation['requestBody'])['content']));
        const isTyped = content.every(([, one]) => isWritten(objectOf(objectOf(one)['schema']), document));
        const mustBe = method === 'patch' || path.includes('/by-name/');
        return [
          ...(content.length > 1 ? [`${id}: ${content.map(([type]) => type)}`] : []),
          ...(mustBe && !isTyped ? [`${id}: any object`] : []),
          ...responsesOf(operation, document).flatMap(([, response]) =>
            Object.keys(objectOf(response['content'])).flatMap((type) =>
              type.includes(';') ? [`${id}: ${type}`] : [],
            ),
          ),
        ];
      }),
  },
  {
    name: 'errors are described by 4XX and 5XX',
    find: (document) =>
      operationsOf(document).flatMap(({ operation, id }) =>
        ['4XX', '5XX'].flatMap((code) => {
          const { $ref } = objectOf(objectOf(operation['responses'])[code]);
          return $ref === '#/components/responses/Problem' ? [] : [`${id}: ${code}`];
        }),
      ),
  },
  {
    name: 'responses describe their headers',
    find: (document) => [
      ...operationsOf(document).flatMap(({ operation, id }) =>
        responsesOf(operation, document).flatMap(([code, response]) => {
          const sent = objectOf(response['headers']);
          const members = objectOf(resolved(bodyOf(response), document)['properties']);
          const wanted = [
            ...('version' in members ? ['ETag'] : []),
            ...(code === '201' && 'id' in members ? ['Location'] : []),
            ...('data' in members && 'page' in members ? ['Link'] : []),
          ];
          return wanted.filter((name) => !(name in sent)).map((name) => `${id} ${code}: ${name}`);
        }),
      ),
      ...['Retry-After', 'X-Request-Id'].filter(
        (name) => !(name in objectOf(at(document, 'components', 'responses', 'Problem', 'headers'))),
      ),
    ],
  },
  {
    name: 'the document has servers, a contact, and its tags with a description',
    find: (document) => {
      const tags = new Set(listOf(document['tags']).map((one) => one['name']));
      const used = operationsOf(document).flatMap(({ operation }) => listOf(operation['tags']) as unknown[]);
      return [
        ...(listOf(document['servers']).length === 0 ? ['servers'] : []),
        ...(at(document, 'info', 'contact') === undefined ? ['contact'] : []),
        ...(URL.canParse(String(at(document, 'info', 'contact', 'url') ?? 'https://any'))
          ? []
          : ['URL of the contact']),
        ...listOf(document['tags']).flatMap(({ name, description }) => (description === undefined ? [`${name}`] : [])),
        ...[...new Set(used)].filter((tag) => !tags.has(tag)).map((tag) => `tag ${tag}`),
      ];
    },
  },
  {
    name: 'an operation says whether it needs credentials',
    find: (document) =>
      operationsOf(document).flatMap(({ operation, id }) =>
        'security' in operation || listOf(document['security']).length > 0 ? [] : [id],
      ),
  },
  {
    name: 'senders find intake',
    find: (document) => ['/v3/{key}', '/{key}/dcs.gif'].filter((path) => !(path in objectOf(document['paths']))),
  },
  {
    name: 'the parameters of an operation differ by letters and digits',
    find: (document) =>
      operationsOf(document).flatMap(({ operation, id }) => {
        const names = listOf(operation['parameters']).map(({ name, $ref }) =>
          String(name ?? $ref)
            .toLowerCase()
            .replaceAll(/[^a-z0-9]/g, ''),
        );
        return names.length > new Set(names).size ? [id] : [];
      }),
  },
  {
    name: 'no schema is named as the constructor of another',
    find: (document) =>
      Object.keys(componentsOf(document)).filter(
        (name) => name.startsWith('New') && name.slice(3) in componentsOf(document),
      ),
  },
  bySchema('a pattern can be read outside of JavaScript', ({ schema: { pattern } }) =>
    typeof pattern === 'string' ? !isPortable(pattern) : false,
  ),
  { name: 'headers, cursors and passwords have their bounds', find: unboundedTexts },
  {
    name: 'at most one schema in twenty is named after its operation',
    find(document) {
      const ids = operationsOf(document).map(({ id }) => id.toLowerCase());
      const names = Object.keys(componentsOf(document));
      const made = names.filter((name) => ids.includes(name.toLowerCase().replace(/(?:output|body|input)$/, '')));
      return made.length > names.length / 20 ? made : [];
    },
  },
  {
    name: 'the document has at most 310 kB',
    find: (document) => {
      const { length } = Buffer.from(JSON.stringify(document));
      return length > 310_000 ? [`${length} bytes`] : [];
    },
  },
];

function bySchema(name: string, breaks: (place: Place) => boolean): Rule {
  return {
    name,
    find: (document) =>
      schemasOf(document)
        .filter(breaks)
        .map((place) => place.at),
  };
}

/** Every schema of a document, with those inside it. `isRequest`: a request contains it. */
function schemasOf(document: Json): Place[] {
  const places: Place[] = [];
  const requested = requestedNames(document);
  for (const [name, schema] of Object.entries(componentsOf(document)))
    places.push(...inside(schema, `/${name}`, requested.has(name)));
  for (const [name, { schema }] of Object.entries(objectsOf(at(document, 'components', 'parameters'))))
    places.push(...inside(objectOf(schema), `parameter ${name}`, true));
  for (const { operation, id } of operationsOf(document)) {
    for (const { name, schema } of listOf(operation['parameters']))
      if (schema !== undefined) places.push(...inside(objectOf(schema), `${id} ${name}`, true));
    places.push(...inside(bodyOf(objectOf(operation['requestBody'])), `${id} body`, true));
    for (const [code, response] of responsesOf(operation, document))
      places.push(...inside(bodyOf(response), `${id} ${code}`, false));
  }
  return places;
}

function inside(schema: Json, at: string, isRequest: boolean): Place[] {
  const found: Place[] = [{ schema, at, isRequest }];
  const visit = (part: unknown, key: string) => {
    if (typeof part === 'object' && part !== null) found.push(...inside(objectOf(part), `${at}/${key}`, isRequest));
  };
  for (const [name, part] of Object.entries(objectOf(schema['properties']))) visit(part, name);
  for (const key of ['items', 'additionalProperties', 'not', 'propertyNames']) visit(schema[key], key);
  for (const key of ['oneOf', 'anyOf', 'allOf', 'prefixItems'])
    for (const [index, part] of listOf(schema[key]).entries()) visit(part, `${key}/${index}`);
  return found;
}

function requestedNames(document: Json): Set<string> {
  const found = new Set<string>();
  const visit = (text: string) => {
    for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (found.has(name)) continue;
      found.add(name);
      visit(JSON.stringify(componentsOf(document)[name]));
    }
  };
  for (const { operation } of operationsOf(document)) visit(JSON.stringify(operation['requestBody'] ?? null));
  return found;
}

function operationsOf(document: Json): { operation: Json; id: string; method: string; path: string }[] {
  return Object.entries(objectsOf(document['paths'])).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, value]) => {
      const operation = objectOf(value);
      return methods.has(method) ? [{ operation, id: String(operation['operationId']), method, path }] : [];
    }),
  );
}

const componentsOf = (document: Json) => objectsOf(at(document, 'components', 'schemas'));
const responsesOf = (operation: Json, document: Json): [string, Json][] =>
  Object.entries(objectsOf(operation['responses']))
    .filter(([code]) => code.startsWith('2'))
    .map(([code, response]) => {
      const { $ref } = response;
      return [code, typeof $ref === 'string' ? objectOf(at(document, ...$ref.slice(2).split('/'))) : response];
    });
const bodyOf = (message: Json) => objectOf(objectOf(Object.values(objectOf(message['content']))[0])['schema']);
const membersOf = ({ oneOf, anyOf }: Json) => [...listOf(oneOf), ...listOf(anyOf)];
const isNull = ({ type }: Json) => type === 'null';

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((found, key) => objectOf(found)[key], value);
}

function resolved(schema: Json, document: Json): Json {
  const name =
    String(schema['$ref'] ?? '')
      .split('/')
      .at(-1) ?? '';
  return name === '' ? schema : resolved(componentsOf(document)[name] ?? {}, document);
}

function unionFault({ schema, at: place }: Place, document: Json): string | null {
  const members = membersOf(schema).filter((one) => !isNull(one));
  if (members.length === 0 || (members.length === 1 && membersOf(schema).length === 2)) return null;
  if (!/^\/\w+$/.test(place)) return 'no name';
  if (members.some((one) => membersOf(resolved(one, document)).length > 0)) return 'not flat';
  if (members.some((one) => resolved(one, document)['type'] === 'array')) return 'a list in it';
  const objects = members.filter((one) => resolved(one, document)['type'] === 'object');
  if (objects.some((one) => one['$ref'] === undefined)) return 'an object without a name';
  return objects.length > 1 && schema['discriminator'] === undefined ? 'no discriminator' : null;
}

/** Components with the same schema, and objects and constants that are written more than once instead of named. */
function repeatedThings(document: Json): string[] {
  const places = new Map<string, Set<string>>();
  for (const { schema, at: place } of schemasOf(document)) {
    const { description: _, ...rest } = schema;
    const text = JSON.stringify(rest);
    const isThing = rest['type'] === 'object' || 'enum' in rest || membersOf(rest).length > 2;
    if (!isThing || text.length < 80) continue;
    // The input, the patch and the output of one thing have the same members.
    const plain = place.replace(/^(\/\w+?)(?:Apply)?(?:Input|Patch)(?=\/|$)/, '$1');
    places.set(text, (places.get(text) ?? new Set()).add(plain));
  }
  return [...places.values()].filter(({ size }) => size > 1).map((same) => [...same].join(' = '));
}

/** Whether a body has members, or is a union of such. */
function isWritten(schema: Json, document: Json): boolean {
  const whole = resolved(schema, document);
  return 'properties' in whole || membersOf(whole).length > 0;
}

/** Whether other languages read a pattern alike: no look-around, no classes by name, no bracket in a class. */
function isPortable(pattern: string): boolean {
  if (/\(\?[=!<]|\\[pPuk]/.test(pattern)) return false;
  if (/\[(?:[^\]\\]|\\.)*?(?:\[|&&)(?:[^\]\\]|\\.)*\]/.test(pattern)) return false;
  try {
    RE2JS.compile(pattern);
    return true;
  } catch {
    return false;
  }
}

/** Places without the bounds that the server checks. */
function unboundedTexts(document: Json): string[] {
  const parameters = [
    ...Object.values(objectsOf(at(document, 'components', 'parameters'))),
    ...operationsOf(document).flatMap(({ operation }) => listOf(operation['parameters'])),
  ].filter(({ name }) => ['Idempotency-Key', 'If-Match', 'cursor'].includes(String(name)));
  const passwords = schemasOf(document).flatMap(({ schema, at: place, isRequest }) => {
    const { password } = objectOf(schema['properties']);
    const { type, minLength } = objectOf(password);
    const isNew = /(?:Input|Body|Patch)$/.test(place) && !/SignIn/i.test(place);
    return isRequest && isNew && type === 'string' && minLength !== 12 ? [`${place} password`] : [];
  });
  return [
    ...new Set(
      parameters.flatMap(({ name, schema }) => {
        const { minLength, maxLength, pattern } = objectOf(schema);
        const isBounded = (minLength ?? 0) !== 0 || (name === 'Idempotency-Key' && maxLength !== undefined);
        return isBounded && (pattern !== undefined || maxLength !== undefined) ? [] : [String(name)];
      }),
    ),
    ...passwords,
  ];
}
