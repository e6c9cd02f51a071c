import pg from 'pg';

/** Classes and codes of SQLSTATE that say that the server, not the statement, is the cause (PostgreSQL, appendix A). */
const classes = ['08', '53', '57P'];
/** Errors of sockets, and the resolver's. */
const sockets = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);
/** Texts of errors that pg makes without a code. */
const texts =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered)/;

/** Whether an error of pg means that the database can't be reached, is full, is starting or is stopping. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return classes.some((one) => error.code?.startsWith(one) === true);
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return sockets.has(code) || texts.test(error.message);
}

/** The SQLSTATE of an error of the server; null: it is none. */
export const sqlState = (error: unknown): string | null =>
  error instanceof pg.DatabaseError ? (error.code ?? null) : null;
