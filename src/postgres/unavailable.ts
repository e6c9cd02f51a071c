import pg from 'pg';
import { AppError } from '../contract/errors.ts';

/** Codes and classes of SQLSTATE (PostgreSQL, appendix A) by what they say of the server, and not of the statement. */
const states = {
  /**
   * It can't be reached, is full, is starting or is stopping. 58030: it can't use its disk. 25006: the connection leads to a server that only reads, as after a
   * failover.
   */
  gone: ['08', '53', '57P', '58030', '25006'],
  /** A limit of time has ended the statement: of the server, of the role, or of the caller. */
  late: ['55P03', '57014', '25P03', '25P04'],
  /** The transaction had to give way to another. 26000: the connection has lost its prepared statements. */
  passing: ['40', '26000'],
};
/** Of a statement that met a change of its tables: they say so in texts alone, since their codes are also those of mistakes. */
const passingTexts =
  /^(?:cached plan must not change result type|new row for relation "\w+" violates partition constraint)/;
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
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ECONNABORTED',
  'EMFILE',
]);
/** Texts of errors that pg makes without a code. */
const texts = /^(?:Connection terminated|Query read timeout|Client has encountered)/;
/** That of a pool all of whose connections are in use. */
const busyText = 'timeout exceeded when trying to connect';

const isOf = (listed: readonly string[], { code }: pg.DatabaseError): boolean =>
  listed.some((one) => code?.startsWith(one) === true);

/** Whether an error of pg means that the database can't be reached, is full, is starting or is stopping. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return isOf(states.gone, error);
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return sockets.has(code) || texts.test(error.message);
}

const lateText = 'Query read timeout';

/**
 * Whether a limit of time has ended a statement, also of an error that is translated. Where it was that of this process, the server
 * may go on with it.
 */
export function isLate(error: unknown): boolean {
  const own = error instanceof AppError ? error.cause : error;
  if (own instanceof pg.DatabaseError) return isOf(states.late, own);
  return own instanceof Error && own.message === lateText;
}

/** Whether a call has waited in vain for a connection of this process, so that it says nothing of the database. */
export const isBusy = (error: unknown): boolean => error instanceof Error && error.message === busyText;

/** Whether PostgreSQL ended a transaction for the sake of another one, or of a change of the tables: the same works when it is repeated. */
export const isPassing = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && (isOf(states.passing, error) || passingTexts.test(error.message));

/** The error for the caller: AppError `unavailable` for what is not the fault of the statement, with the error of pg as its cause. */
export function translated(error: unknown): unknown {
  const refused = (message: string) => new AppError('unavailable', message, { cause: error });
  if (isDiskFull(error)) return refused('The disk of the database is full.');
  if (isUnavailable(error)) return refused('The database does not respond. Try again.');
  if (isBusy(error)) return refused('All connections of this node to the database are in use. Try again.');
  if (isPassing(error)) return refused('The database is busy with other changes. Try again.');
  if (error instanceof pg.DatabaseError && isOf(states.late, error))
    return refused('The database took too long. Try again, or ask for less at once.');
  return error;
}

/** Whether the server has no room for what a statement writes; also of an error that is translated. */
export const isDiskFull = (error: unknown): boolean => sqlState(error) === '53100';

/** Whether a connection is of no use after an error: it has ended, or others would do better. */
export const isBroken = (error: unknown): boolean =>
  isUnavailable(error) || isPassing(error) || (error instanceof pg.DatabaseError && error.severity !== 'ERROR');

/** The SQLSTATE of an error of the server, also of one that is translated; null: it is none. */
export function sqlState(error: unknown): string | null {
  const own = error instanceof AppError ? error.cause : error;
  return own instanceof pg.DatabaseError ? (own.code ?? null) : null;
}
