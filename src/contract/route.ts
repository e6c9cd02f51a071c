import type { z } from 'zod';
import type { Right } from './rights.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * One operation of the API as one value. The server answers it, the client calls it, OpenAPI and the rights test are
 * made from it. `rights`: all are needed; `[]` any signed-in principal; null: anybody. Paths are below the server's
 * root with `{name}` for parameters.
 */
export type Route<
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
> = {
  id: string;
  method: Method;
  path: string;
  rights: readonly Right[] | null;
  summary: string;
  /** The resource, for grouping in documentation. */
  tag: string;
  query: Query | null;
  body: Body | null;
  output: Output | null;
  /** The status of success. */
  status: number;
  /** How the body of the answer is written when it is not JSON. */
  produces?: string;
};
