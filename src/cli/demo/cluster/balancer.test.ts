import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { startBalancer } from './balancer.ts';

test('a path that begins with two slashes reaches a node as it is, and no other host', async () => {
  const paths: (string | undefined)[] = [];
  await using node = await startServer((path) => void paths.push(path));
  await using other = await startServer(() => assert.fail('another host was asked'));
  await using balancer = await startBalancer({ host: '127.0.0.1', port: 0, nodes: () => [node.url] });
  paths.length = 0;
  for (const path of ['//', `${other.url.replace('http:', '')}/x`, '/v3/key?a=1']) {
    const socket = connect(Number(new URL(balancer.url).port), '127.0.0.1');
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    assert.match(await text(socket), /^HTTP\/1\.1 200 /);
    assert.ok(paths.includes(path));
  }
});

async function startServer(heard: (path: string | undefined) => void) {
  const server = createServer((request, response) => {
    heard(request.url);
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
