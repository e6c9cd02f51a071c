import type { Json, Schemas } from './json-schema.ts';

export type Content = { [mediaType: string]: { schema: Json } };

export type Parameter = {
  name: string;
  in: string;
  required: boolean;
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
  components: { schemas: Schemas; parameters: { [name: string]: Parameter }; [more: string]: unknown };
  [more: string]: unknown;
};
