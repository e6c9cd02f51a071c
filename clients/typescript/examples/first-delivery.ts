import { setTimeout } from 'node:timers/promises';
import { items, Millrace } from '../src/millrace.ts'; // elsewhere: 'millrace-client'

const { MILLRACE_URL: url = 'http://127.0.0.1:8787', MILLRACE_TOKEN: token = '', CRM_URL: baseUrl = '' } = process.env;
const millrace = new Millrace({ url, token });
const { key } = await millrace.createCollector({ body: { name: 'Shop' } });
const { id } = await millrace.createConnection({ body: { name: 'CRM', baseUrl } });
const orders = { name: 'Orders', path: '/orders', status: 'enabled' } as const;
const { id: destinationId } = await millrace.createDestination({ path: { id }, body: orders });
const destinations = [{ destinationId }];
await millrace.createAction({ body: { name: 'Orders', description: 'All', status: 'enabled', destinations } });
await using sender = millrace.sender(key);
for (const total of [7, 8, 9]) await sender.add({ 'wt.ev': 'buy', total });
await sender.flush().then(() => setTimeout(1_000));
for await (const { id, status } of items((page) => millrace.listDeliveries({ query: page }))) console.log(id, status);
