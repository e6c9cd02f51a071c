import { AppError, type ErrorCode, errors, type Problem } from '../contract/errors.ts';
import { securityHeaders } from './security-headers.ts';

/** The error for the caller. Unexpected errors become `internal`, and their message only goes to the log. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { code, statusCode } = Object(error);
  return new AppError(frameworkCodes.get(code) ?? codeOfStatus(statusCode), undefined, { cause: error });
}

/** Errors of Fastify and of Node's HTTP parser. */
const frameworkCodes = new Map<unknown, ErrorCode>([
  ['FST_ERR_MAX_PARAM_LENGTH', 'not_found'],
  ['ECONNRESET', 'malformed_request'],
  ['HPE_INVALID_CHUNK_SIZE', 'malformed_request'],
]);

/** A status from 400 to 499: the request ended before its body, or is unreadable: an error of the sender. */
function codeOfStatus(status: unknown): ErrorCode {
  if (status === 413) return 'too_large';
  if (status === 415) return 'unsupported_media_type';
  return typeof status === 'number' && status >= 400 && status < 500 ? 'malformed_request' : 'internal';
}

/** `docs`: base URL of the error documentation; `scrub` removes secrets from texts. */
export type ProblemStyle = { docs: string; scrub(text: string): string };

/** The response to a failed request, with a body by RFC 9457. `instance`: the path of the request. */
export function problemResponse(
  error: unknown,
  { instance, requestId }: { instance: string; requestId: string },
  { docs, scrub }: ProblemStyle,
): { status: number; headers: Record<string, string>; body: string } {
  const { extra, code, message, status, errors: listed } = asAppError(error);
  const fields = listed?.map((one) => ({ ...one, detail: scrub(one.detail), code: one.code ?? code }));
  const problem: Problem = {
    type: `${docs}/docs/errors#${code}`,
    title: errors[code][1],
    status,
    detail: scrub(message),
    instance,
    code,
    requestId,
    ...(fields === undefined ? {} : { errors: fields }),
    ...extra,
  };
  const retryAfterSeconds = extra['retryAfterSeconds'] ?? (status === 429 || status === 503 ? 1 : undefined);
  const headers: Record<string, string> = {
    ...securityHeaders,
    'content-type': 'application/problem+json; charset=utf-8',
    'x-request-id': requestId,
    'cache-control': 'no-store',
    ...(code === 'unauthorized' ? { 'www-authenticate': 'Bearer' } : {}),
    ...(typeof retryAfterSeconds === 'number' ? { 'retry-after': String(retryAfterSeconds) } : {}),
    ...(typeof extra['version'] === 'number' ? { etag: `"${extra['version']}"` } : {}),
  };
  return { status, headers, body: JSON.stringify(problem) };
}
