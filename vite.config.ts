import react from '@vitejs/plugin-react';
import type { InlineConfig, Plugin } from 'vite';
import { docsPlugin } from './scripts/docs-plugin.ts';
import * as facts from './src/console/data/schema-facts.ts';
import { routes } from './src/contract/routes.ts';

const root = new URL('.', import.meta.url).pathname;
const server = process.env['MILLRACE_URL'] ?? 'http://127.0.0.1:8787';
const served = ['/api', '/v3', '/inbox/', '/livez', '/readyz', '/version', '/metrics', '/openapi.json'];

/** How the console is built, and served while it is worked on (`npm run dev`, beside a running server). */
export const viteConfig: InlineConfig = {
  configFile: false,
  root: `${root}src/console`,
  base: '/',
  plugins: [react(), docsPlugin(), slimRoutes(), schemaFacts()],
  build: {
    outDir: `${root}dist/console`,
    emptyOutDir: true,
    target: 'es2023',
    // Nothing inline: the page's policy lets it load scripts and styles from this server alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_000,
    manifest: 'manifest.json',
    // Few files: the first load in one, and what many pages have in common in another, not in one for each set of pages.
    rolldownOptions: {
      // A page loads the texts and the building blocks that it shows, not all that their doors lead to.
      treeshake: {
        moduleSideEffects: [{ test: /\/console\/(messages|parts\/(act|layout|text))\/.*\.tsx?$/, sideEffects: false }],
      },
      output: {
        codeSplitting: {
          groups: [
            { name: 'first', tags: ['$initial'], priority: 1 },
            { name: 'common', minShareCount: 40 },
          ],
        },
      },
    },
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: Object.fromEntries(served.map((path) => [path, { target: server, changeOrigin: true }])),
  },
};

/**
 * Of the route table the console needs methods, paths and rights; the schemas, and with them the whole of Zod, stay
 * on the server. What is left is made from the table itself.
 */
function slimRoutes(): Plugin {
  const id = '\0slim-routes';
  return {
    name: 'slim-routes',
    enforce: 'pre',
    resolveId: (source, importer) =>
      importer !== undefined && /\/src\/(client|console)\//.test(importer) && source.endsWith('/contract/routes.ts')
        ? id
        : null,
    load(loaded) {
      if (loaded !== id) return null;
      const slim = Object.fromEntries(
        routes.map(({ id, method, path, produces, rights }) => [id, { method, path, produces, rights }]),
      );
      return `export const routeTable = ${JSON.stringify(slim)};`;
    },
  };
}

/** Of the contract's schemas the console's forms need defaults and bounds: these, as they are in the schemas. */
function schemaFacts(): Plugin {
  return {
    name: 'schema-facts',
    enforce: 'pre',
    load: (id) =>
      id.endsWith('/src/console/data/schema-facts.ts')
        ? Object.entries(facts)
            .filter(([, one]) => typeof one === 'object')
            .map(([name, one]) => `export const ${name} = ${JSON.stringify(one)};`)
            .join('\n')
        : null,
  };
}
