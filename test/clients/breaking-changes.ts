import { type Break, type Compared, compareSchemas, type Json, nameOf, type Pair, type Way } from './schema-breaks.ts';

/** What breaks clients, with the operations that it concerns. */
export type BreakingChange = Break & { readonly operations: readonly string[] };

type Operation = { id: string; title: string; value: Json };

/** What breaks a client of the document `before` when the server is that of `after`. */
export function breakingChanges(before: Json, after: Json): BreakingChange[] {
  const lookup = {
    before: (name: string) => objectOf(at(before, 'components', 'schemas', name)),
    after: (name: string) => objectOf(at(after, 'components', 'schemas', name)),
  };
  const compared = new Map<string, Compared>();
  const found = new Map<string, { broken: Break; operations: string[] }>();
  const add = (broken: Break, operation: string) => {
    const key = `${broken.at}: ${broken.says}`;
    const one = found.get(key) ?? { broken, operations: [] };
    found.set(key, one);
    if (!one.operations.includes(operation)) one.operations.push(operation);
  };

  /** Follows the components of a pair, each of them once. */
  function follow(pair: Pair, operation: string): void {
    const seen = new Set<string>();
    const open = [pair];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const names = [nameOf(next.before), nameOf(next.after)];
      const key = names.includes(null) ? null : `${names.join()} ${next.way}`;
      if (key !== null && seen.has(key)) continue;
      const known = key === null ? undefined : compared.get(key);
      const result = known ?? compareSchemas(next, lookup);
      if (key !== null) {
        seen.add(key);
        compared.set(key, result);
      }
      for (const broken of result.breaks) add(broken, operation);
      open.push(...result.pairs);
    }
  }

  const now = operationsOf(after);
  for (const [place, one] of operationsOf(before)) {
    const other = now.get(place);
    const say = (says: string) => add({ at: one.title, says }, one.id);
    if (other === undefined) {
      say('is removed');
      continue;
    }
    if (other.id !== one.id) say(`is named ${other.id}`);
    for (const right of listOf(other.value['x-right']))
      if (!listOf(one.value['x-right']).includes(right)) say(`needs the right ${String(right)}`);
    if (credentialsOf(one, before).length === 0 && credentialsOf(other, after).length > 0) say('needs credentials');
    compareParameters(one, other, say);
    compareBodies(one, other, say);
    compareResponses(one, other, say);
  }
  for (const name of Object.keys(objectOf(at(before, 'components', 'schemas'))))
    if (at(after, 'components', 'schemas', name) === undefined)
      for (const id of usersOf(before, name)) add({ at: name, says: 'is no longer the name of a schema' }, id);
  return [...found.values()].map(({ broken, operations }) => ({ ...broken, operations }));

  function compareParameters(one: Operation, other: Operation, say: (says: string) => void): void {
    const had = parametersOf(one.value, before);
    for (const [name, parameter] of parametersOf(other.value, after))
      if (parameter['required'] === true && had.get(name)?.['required'] !== true) say(`${name} is required`);
    for (const [name, parameter] of had) {
      const now = parametersOf(other.value, after).get(name);
      if (now === undefined) say(`${name} is removed`);
      else comparePart(parameter, now, 'request', `${one.title} ${name}`, one.id);
    }
  }

  function compareBodies(one: Operation, other: Operation, say: (says: string) => void): void {
    const [had, has] = [objectOf(one.value['requestBody']), objectOf(other.value['requestBody'])];
    if (has['required'] === true && had['required'] !== true) say('a body is required');
    compareContents(had, has, { way: 'request', title: `${one.title} request`, id: one.id });
  }

  function compareResponses(one: Operation, other: Operation, say: (says: string) => void): void {
    const [had, has] = [objectOf(one.value['responses']), objectOf(other.value['responses'])];
    for (const [status, value] of Object.entries(had)) {
      if (has[status] === undefined) {
        say(`the response ${status} is removed`);
        continue;
      }
      const [response, now] = [followed(value, before), followed(has[status], after)];
      for (const name of Object.keys(objectOf(response['headers'])))
        if (!(name in objectOf(now['headers']))) say(`the header ${name} of the response ${status} is removed`);
      compareContents(response, now, { way: 'response', title: `${one.title} ${status}`, id: one.id });
    }
  }

  function compareContents(had: Json, has: Json, { way, title, id }: { way: Way; title: string; id: string }): void {
    const contents = objectOf(has['content']);
    for (const [type, content] of Object.entries(objectOf(had['content']))) {
      if (contents[type] === undefined) add({ at: title, says: `${type} is removed` }, id);
      else comparePart(objectOf(content), objectOf(contents[type]), way, title, id);
    }
  }

  function comparePart(had: Json, has: Json, way: Way, title: string, id: string): void {
    const [schema, now] = [objectOf(had['schema']), objectOf(has['schema'])];
    const name = nameOf(schema);
    follow({ before: schema, after: now, way, at: name !== null && nameOf(now) !== null ? name : title }, id);
  }
}

/** The changes that no line of the section `Unreleased` names: by their operations, or by their component. */
export function unannounced(changes: readonly BreakingChange[], changelog: string): BreakingChange[] {
  const section = changelog.split(/^## /m).find((one) => one.startsWith('Unreleased\n')) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('- Breaking: '));
  const named = (name: string) => lines.some((line) => line.includes(`\`${name}\``));
  return changes.filter(({ at: place, operations }) => {
    const [component = ''] = place.split('/');
    return !named(component) && !operations.every(named);
  });
}

const methods = ['get', 'post', 'put', 'patch', 'delete'];

function operationsOf(document: Json): Map<string, Operation> {
  const found = new Map<string, Operation>();
  for (const [path, item] of Object.entries(objectOf(document['paths'])))
    for (const method of methods) {
      const value = objectOf(item)[method];
      if (value === undefined) continue;
      const title = `${method.toUpperCase()} ${path}`;
      found.set(title, { id: String(objectOf(value)['operationId']), title, value: objectOf(value) });
    }
  return found;
}

/** What an operation asks for: its own, or that of the document. */
function credentialsOf({ value }: Operation, document: Json): unknown[] {
  return listOf(value['security'] ?? document['security']);
}

function parametersOf(operation: Json, document: Json): Map<string, Json> {
  const all = listOf(operation['parameters']).map((one) => followed(one, document));
  // The name of a parameter in the path is no matter of clients.
  const named = all.filter((one) => one['in'] !== 'path');
  return new Map(named.map((one) => [`the ${String(one['in'])} parameter ${String(one['name'])}`, one]));
}

/** The operations whose requests or responses have a component. */
function usersOf(document: Json, name: string): string[] {
  const uses = (value: unknown, seen: Set<string>): boolean => {
    for (const [, one = ''] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (one === name) return true;
      if (seen.has(one)) continue;
      seen.add(one);
      if (uses(at(document, 'components', 'schemas', one), seen)) return true;
    }
    return false;
  };
  return [...operationsOf(document).values()].filter(({ value }) => uses(value, new Set())).map(({ id }) => id);
}

function followed(value: unknown, document: Json): Json {
  const { $ref } = objectOf(value);
  return typeof $ref === 'string' ? objectOf(at(document, ...$ref.slice(2).split('/'))) : objectOf(value);
}

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((found, key) => objectOf(found)[key], value);
}

const objectOf = (value: unknown): Json => Object(value ?? {});
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
