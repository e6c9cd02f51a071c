import { host, json, request } from './attack.ts';

const live = `GET /livez HTTP/1.1\r\n${host}\r\n`;
const last = `GET /livez HTTP/1.1\r\n${host}Connection: close\r\n\r\n`;

type Row = readonly [mechanism: string, bytes: string | Buffer, ...statuses: number[]];

/** Several messages on one connection, and the statuses of all answers, in their order. */
export const pipelines: readonly Row[] = [
  ['rubbish behind two requests', `${live}${live}RUBBISH\r\n\r\n`, 200, 200, 400],
  ['a request behind the last one', `${last}${live}`, 200],
  ['rubbish behind the last one', `${last}RUBBISH\r\n\r\n`, 200],
  ['a head that is too large behind a request', `${live}GET / HTTP/1.1\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 200, 431],
  ['two hosts in the second request', `${live}GET /livez HTTP/1.1\r\n${host}Host: evil\r\n\r\n${live}`, 200, 400],
  ['ten thousand empty lines before a request', `${'\r\n'.repeat(10_000)}${live}`, 200],
  [
    'a length smaller than the body',
    `POST /v3/nobody HTTP/1.1\r\n${host}Content-Length: 5\r\n\r\n{"events":[]}`,
    404,
    400,
  ],
  ['empty lines between requests', `${live}\r\n\r\n${live}`, 200, 200],
  ['fifty requests', live.repeat(50), ...Array.from({ length: 50 }, () => 200)],
  [
    'a refused body between two requests',
    `${live}${request('POST', '/api/v1/connections', `${json}Content-Length: 1\r\n`)}{${live}`,
    200,
    400,
    200,
  ],
  [
    'a length that ends within the next request',
    `${request('POST', '/nothing', `${json}Content-Length: 4\r\n`)}{}${live}`,
    404,
    400,
  ],
  [
    'a connection that wants to stay in HTTP/1.0',
    'GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /livez HTTP/1.0\r\n\r\n',
    200,
    200,
  ],
  [
    'an upgrade and WebSocket frames behind it',
    Buffer.concat([
      Buffer.from(`GET /livez HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`),
      Buffer.from('818537fa213d7f9f4d5158', 'hex'),
    ]),
    200,
  ],
  ['CONNECT behind a request', `${live}CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n`, 200, 400],
];
