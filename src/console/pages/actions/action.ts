import type { Answer } from '../../../client/client.ts';

export type Action = Answer<'getAction'>;
export type Destination = Answer<'getDestination'>;
export type Connection = Answer<'getConnection'>;
