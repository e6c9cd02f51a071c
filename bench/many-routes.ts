import type { TransferDocument } from '../src/contract/documents/transfer.ts';
import { marks } from './marks.ts';
import type { Product } from './product.ts';

/** The numbers of a large configuration. Each action is fired by one value of `bench.d`. */
export type Routes = { connections: number; destinations: number; actions: number };

/** Documents of one import: its body must stay within the limit of a request. */
const documentsAtOnce = 900;

/** Creates connections to ports in turn, destinations in turn over them, and an action for each value of `bench.d`. */
export async function createRoutes({ client }: Product, ports: readonly number[], routes: Routes): Promise<void> {
  const { connections, destinations, actions } = routes;
  const documents: TransferDocument[] = [
    ...many(connections, (n) => ({
      kind: 'connection',
      name: `Connection ${n}`,
      baseUrl: `http://127.0.0.1:${ports[n % ports.length]}`,
    })),
    ...many(destinations, (n) => ({
      kind: 'destination',
      name: `Destination ${n}`,
      connection: `Connection ${n % connections}`,
      path: `/hook/${n}`,
      status: 'enabled',
    })),
    ...many(actions, (n) => ({
      kind: 'action',
      name: `Action ${n}`,
      description: 'One of many',
      status: 'enabled',
      rules: { all: [{ parameter: marks.destination.key, operator: 'equals', value: digitsOf(n) }] },
      destinations: [{ destination: `Connection ${(n % destinations) % connections}/Destination ${n % destinations}` }],
    })),
  ];
  for (let from = 0; from < documents.length; from += documentsAtOnce)
    await client.call('importConfiguration', { body: { documents: documents.slice(from, from + documentsAtOnce) } });
}

function many(count: number, one: (n: number) => TransferDocument): TransferDocument[] {
  return Array.from({ length: count }, (_, n) => one(n));
}

function digitsOf(n: number): string {
  return String(n).padStart(marks.destination.digits, '0');
}
