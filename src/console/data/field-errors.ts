import { ClientError } from '../../client/client.ts';

/**
 * What the server said about single fields, by their path in the body (`name`, `auth.token`, `headers.0.name`); a name
 * that is taken belongs to `name`. Empty for every other error.
 */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ClientError)) return {};
  if (error.code === 'name_taken') return { name: error.message };
  return Object.fromEntries(error.errors.map(({ pointer, detail }) => [pathOf(pointer), detail]));
}

/** A JSON pointer (RFC 6901) as a path with dots. */
export function pathOf(pointer: string): string {
  return pointer.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~');
}
