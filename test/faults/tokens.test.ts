import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startTestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';

type Fault = {
  /** The behavior of the token endpoint. */
  does: string;
  answer: (socket: Socket) => void;
  /** `retrying`: on the schedule, a counted attempt. `held`: the connection needs a person. */
  leaves: 'retrying' | 'held';
};

const head = (status: string, headers: string) => `HTTP/1.1 ${status}\r\n${headers}\r\n\r\n`;
const json = 'Content-Type: application/json';

const faults: Fault[] = [
  { does: 'hangs', answer: () => {}, leaves: 'retrying' },
  {
    does: 'drips',
    answer(socket) {
      socket.write(head('200 OK', `${json}\r\nContent-Length: 100000`));
      const drip = setInterval(() => socket.write(' '), 200);
      socket.once('close', () => clearInterval(drip));
    },
    leaves: 'retrying',
  },
  { does: 'resets', answer: (socket) => socket.resetAndDestroy(), leaves: 'retrying' },
  { does: 'answers garbage', answer: (socket) => socket.end('220 smtp.example ready\r\n\r\n'), leaves: 'retrying' },
  {
    does: 'answers HTML',
    answer: (socket) => socket.end(`${head('200 OK', 'Content-Type: text/html')}<h1>Sign in</h1>`),
    leaves: 'held',
  },
  {
    does: 'says 102 without end',
    answer(socket) {
      const again = setInterval(() => socket.write(head('102 Processing', 'X-A: b')), 200);
      socket.once('close', () => clearInterval(again));
    },
    leaves: 'retrying',
  },
  {
    does: 'switches protocols without a request for it',
    answer: (socket) => socket.write(head('101 Switching Protocols', 'Upgrade: websocket\r\nConnection: Upgrade')),
    leaves: 'retrying',
  },
  {
    does: 'redirects to a token',
    answer: (socket) => socket.end(head('302 Found', 'Location: /good\r\nContent-Length: 0')),
    leaves: 'held',
  },
  {
    does: 'responds with megabytes',
    answer: (socket) => socket.end(`${head('200 OK', json)}{"access_token":"${'x'.repeat(4_000_000)}"}`),
    leaves: 'held',
  },
  {
    does: 'responds with a gzip bomb',
    answer(socket) {
      socket.write(head('200 OK', `${json}\r\nContent-Encoding: gzip`));
      socket.end(gzipSync(Buffer.alloc(20_000_000, ' ')));
    },
    leaves: 'held',
  },
  {
    does: 'returns a token that would inject a header',
    answer: (socket) => socket.end(`${head('200 OK', json)}{"access_token":"a\\r\\nX-Evil: b","token_type":"bearer"}`),
    leaves: 'held',
  },
  { does: 'fails', answer: (socket) => socket.end(head('500 Oops', 'Content-Length: 0')), leaves: 'retrying' },
];

test('whatever a token endpoint does, nothing is sent without a token, and all is delivered once it has recovered', async () => {
  await using endpoint = await startTokenEndpoint();
  await using receiver = await startReceiver();
  await using app = await startTestApp();
  const { client } = app;
  await Promise.all(
    faults.map(async ({ does, leaves }, index) => {
      const wired = await wire(app, receiver, {
        connection: {
          auth: {
            type: 'oauth2',
            grant: 'client_credentials',
            clientId: 'millrace',
            clientSecret: 'client-secret',
            accessTokenUrl: `${endpoint.url}/${index}`,
            clientAuth: 'body',
          },
          settings: { retry: { scheduleMs: [0, 300_000] } },
        },
      });
      const [eventId = ''] = await wired.send({ does });
      const delivery = await eventually(
        `an attempt while the endpoint ${does}`,
        async () => {
          const [one] = (await client.call('listDeliveries', { query: { eventId } })).data;
          return one?.status === leaves ? client.call('getDelivery', { params: { id: one.id } }) : null;
        },
        { state: async () => (await client.call('listDeliveries', { query: { eventId } })).data },
      );
      const { status, reason, errorKind, attempts } = delivery;
      const expected = leaves === 'held' ? ['held', 'auth_rejected', 'auth', 0] : ['retrying', null, 'auth', 1];
      assert.deepEqual([status, reason, errorKind, attempts], expected, does);
      assert.doesNotMatch(JSON.stringify(delivery), /client-secret/);
      assert.equal(receiver.requests.length, 0, `nothing may be sent while the endpoint ${does}`);
    }),
  );

  endpoint.isWell = true;
  for (const { id } of (await client.call('listConnections', { query: { limit: 200 } })).data)
    await client.call('releaseConnection', { params: { id } });
  for (const { id } of (await client.call('listDeliveries', { query: { status: 'retrying', limit: 200 } })).data)
    await client.call('retryDelivery', { params: { id } });
  await eventually('all to arrive', () => receiver.requests.length >= faults.length);
  assert.deepEqual(
    receiver.requests.map((one) => JSON.parse(one.body).does).sort(),
    faults.map((one) => one.does).sort(),
  );
  for (const { headers } of receiver.requests) assert.equal(headers.authorization, 'Bearer good-token');
});

/** Behaves as fault n at `/<n>`; with `isWell`, returns a token at every path. */
async function startTokenEndpoint() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.once('data', (bytes) => {
      const index = Number(/^POST \/(\d+) /.exec(bytes.toString('latin1'))?.[1]);
      const fault = faults[index];
      if (endpoint.isWell || fault === undefined) {
        const body = '{"access_token":"good-token","token_type":"Bearer","expires_in":3600}';
        socket.end(head('200 OK', `${json}\r\nContent-Length: ${body.length}`) + body);
      } else fault.answer(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  const endpoint = {
    url: `http://127.0.0.1:${port}`,
    isWell: false,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return endpoint;
}
