import type { Operation, Parameter, Paths, Response } from './openapi-document.ts';

type Named<Part> = { [name: string]: Part };

/**
 * Parameters and responses that several operations have, by the name of their component, and the paths with references to
 * them. `taken`: names that generators give to types.
 */
export function sharedParts(
  paths: Paths,
  taken: ReadonlySet<string>,
): { paths: Paths; parameters: Named<Parameter>; responses: Named<Response> } {
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const parameters = shared(
    operations.flatMap((one) => one.parameters ?? []),
    { section: 'parameters', leastUses: 2, namesOf: parameterNames, taken },
  );
  const responses = shared(
    operations.flatMap((one) => Object.values(one.responses)),
    { section: 'responses', leastUses: 3, namesOf: responseNames, taken },
  );
  const withReferences = ({ parameters: own, responses: all, ...operation }: Operation): Operation => ({
    ...operation,
    ...(own === undefined ? {} : { parameters: own.map(parameters.referred) }),
    responses: Object.fromEntries(Object.entries(all).map(([code, one]) => [code, responses.referred(one)])),
  });
  const mapped = Object.entries(paths).map(([path, methods]) => [
    path,
    Object.fromEntries(Object.entries(methods).map(([method, one]) => [method, withReferences(one)])),
  ]);
  return { paths: Object.fromEntries(mapped), parameters: parameters.named, responses: responses.named };
}

type Sharing<Part> = {
  section: string;
  leastUses: number;
  /** The first that is free is taken. */
  namesOf(part: Part): string[];
  taken: ReadonlySet<string>;
};

/** The part that most operations have is first to take a name. */
function shared<Part extends object>(
  all: readonly (Part | { $ref: string })[],
  { section, leastUses, namesOf, taken }: Sharing<Part>,
) {
  const parts = all.filter((one): one is Part => !('$ref' in one));
  const uses = Map.groupBy(parts, (one) => JSON.stringify(one));
  const named: Named<Part> = {};
  const references = new Map<string, { $ref: string }>();
  for (const [text, same] of [...uses].sort(([, a], [, b]) => b.length - a.length)) {
    const [part] = same;
    if (part === undefined || same.length < leastUses) continue;
    const name = namesOf(part).find((one) => !taken.has(one) && !(one in named));
    if (name === undefined) continue;
    named[name] = part;
    references.set(text, { $ref: `#/components/${section}/${name}` });
  }
  const referred = (one: Part | { $ref: string }) => references.get(JSON.stringify(one)) ?? one;
  return { named, referred };
}

/** `Idempotency-Key` as IdempotencyKey. */
function parameterNames({ name, in: place }: Parameter): string[] {
  const own = capital(name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase()));
  return [own, `${own}In${capital(place)}`];
}

/** After the schema of the body. */
function responseNames({ content = {} }: Response): string[] {
  const [only] = Object.values(content);
  const { $ref } = Object(only?.schema);
  return typeof $ref === 'string' ? [`${$ref.slice($ref.lastIndexOf('/') + 1)}Response`] : [];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
