import pg from 'pg';

/** The host, or the folder of the socket, and the port of a database's URL. */
export function databaseAddress(url: string): { host: string; port: number } {
  const { host, port } = new pg.Client({ connectionString: url });
  return { host, port };
}
