import { createServer } from 'vite';
import { viteConfig } from '../vite.config.ts';

// The console with hot reload, in front of a running server (MILLRACE_URL, default http://127.0.0.1:8787).

const server = await createServer(viteConfig);
await server.listen();
server.printUrls();
