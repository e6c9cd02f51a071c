import type { Json, Schemas } from './json-schema.ts';

export type Content = { [mediaType: string]: { schema: Json } };

export type Parameter = {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema: Json;
  style?: 'form';
  explode?: boolean;
};

export type Response = { description?: string; headers?: Json; content?: Content; $ref?: string };

/** One operation of /openapi.json. */
export type Operation = {
  operationId: string;
  parameters?: (Parameter | { $ref: string })[];
  requestBody?: { required: boolean; content: Content };
  responses: { [status: string]: Response };
  [more: string]: unknown;
};

/** The operations of a path by method in lower case. */
export type Paths = { [path: string]: { [method: string]: Operation } };

/** /openapi.json, by path and method. */
export type Description = {
  paths: Paths;
  components: {
    schemas: Schemas;
    parameters: { [name: string]: Parameter };
    responses: { [name: string]: Response };
    [more: string]: unknown;
  };
  [more: string]: unknown;
};

/** The parameters of an operation; those of several operations are components. */
export function parametersOf({ parameters = [] }: Operation, { components }: Description): Parameter[] {
  return parameters.map((one) => ('$ref' in one ? componentOf(components.parameters, one.$ref) : one));
}

/** The responses of an operation by status; those of several operations are components. */
export function responsesOf({ responses }: Operation, { components }: Description): { [status: string]: Response } {
  return Object.fromEntries(
    Object.entries(responses).map(([status, { $ref, ...own }]) => [
      status,
      $ref === undefined ? own : componentOf(components.responses, $ref),
    ]),
  );
}

function componentOf<Part>(parts: { [name: string]: Part }, $ref: string): Part {
  const found = parts[$ref.slice($ref.lastIndexOf('/') + 1)];
  if (found === undefined) throw new Error(`no component ${$ref}`);
  return found;
}
