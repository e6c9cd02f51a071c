import type { TransferDocument } from '../src/contract/documents/transfer.ts';
import { marks } from './marks.ts';
import type { Product } from './product.ts';
import { originOf } from './rig.ts';

/** The numbers of a large configuration. Each action is fired by one value of `bench.d`. `ca`: the receivers have TLS. */
export type Routes = { connections: number; destinations: number; actions: number; ca?: string };

/** Documents of one import: its body must stay within the limit of a request. */
const documentsAtOnce = 900;

/** Creates connections to ports in turn, destinations in turn over them, and an action for each value of `bench.d`. */
export async function createRoutes({ client }: Product, ports: readonly number[], routes: Routes): Promise<void> {
  const { connections, destinations, actions, ca } = routes;
  const documents: TransferDocument[] = [
    ...many(connections, (n) => ({
      kind: 'connection',
      name: `Connection ${n}`,
      ...originOf(ports[n % ports.length] ?? 0, ca),
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

/** The value of `bench.d` of an action. */
export function digitsOf(n: number): string {
  return String(n).padStart(marks.destination.digits, '0');
}
