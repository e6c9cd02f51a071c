import { type Connection, ifMatch, items, Millrace, ProblemError } from 'millrace-client';

// A program of a stranger, compiled and run with the package of the TypeScript client. Arguments: URL, token.

declare const process: { argv: string[]; versions: { node: string } };

const [url = '', token = ''] = process.argv.slice(2);
const millrace = new Millrace({ url, token });
const { key } = await millrace.createCollector({ body: { name: 'Shop' } });
for (const name of ['A', 'B']) await millrace.createConnection({ body: { name, baseUrl: 'https://crm.example' } });
const found: Connection[] = [];
for await (const one of items((page) => millrace.listConnections({ query: { ...page, limit: 1 } }))) found.push(one);
const [newest] = found;
if (newest === undefined) throw new Error('there is none');
await millrace.changeConnection({ path: { id: newest.id }, headers: ifMatch(newest), body: { description: 'b' } });
const error: unknown = await millrace.createConnection({ body: { name: '', baseUrl: '' } }).catch((thrown) => thrown);
let accepted = 0;
const sender = millrace.sender(key);
for (const total of [7, 8, 9]) {
  await sender.add({ total });
  accepted += 1;
}
await sender.flush();
const facts = {
  version: process.versions.node.split('.')[0],
  names: found.map(({ name }) => name),
  code: error instanceof ProblemError ? error.code : error,
  accepted,
};
console.log(JSON.stringify(facts));
