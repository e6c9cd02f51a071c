import { readFileSync } from 'node:fs';
import { digitsOf } from './many-routes.ts';
import { marks } from './marks.ts';
import type { Receiver } from './processes/sink.ts';
import type { Product } from './product.ts';
import { createRoute, type Ends } from './rig.ts';
import { testdata } from './testdata.ts';

/** The CA of receivers with TLS. */
export const receiverCa = () => readFileSync(new URL('ca.crt', testdata), 'utf8');

/** A receiver, and the setting of its connection, if any. */
export type Receiving = { receiver: Receiver; concurrency?: number };

/** Starts a receiver, and creates a destination for the events with the number `n` in `bench.d`. */
export async function createReceiver(product: Product, ends: Ends, receiving: Receiving, n: number): Promise<void> {
  const { receiver, concurrency } = receiving;
  await createRoute(product, {
    name: `Receiver ${n}`,
    port: await ends.sink.call('listenAs', receiver),
    ...(receiver.isTls === true && { ca: receiverCa() }),
    ...(concurrency !== undefined && { concurrency }),
    rules: { parameter: marks.destination.key, operator: 'equals', value: digitsOf(n) },
  });
}
