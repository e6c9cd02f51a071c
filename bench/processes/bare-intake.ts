import { createServer } from 'node:http';
import { answerCalls } from '../child.ts';

export type BareIntakeCalls = { listen(): Promise<number> };

/** The floor of intake: Node's own HTTP server that parses the JSON, responds like intake and stores nothing. */
answerCalls<BareIntakeCalls>({
  listen() {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { events }: { events: unknown[] } = JSON.parse(Buffer.concat(chunks).toString());
        const text = `{"accepted":${events.length}}`;
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
        response.end(text);
      });
    });
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  },
});
