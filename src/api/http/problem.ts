import { AppError, type ErrorCode, errors, type Problem } from '../../contract/errors.ts';

/** The error for the caller. Unexpected errors become `internal`, and their message only goes to the log. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = fastifyCodes.get(codeOf(error));
  if (code !== undefined) return new AppError(code, undefined, { cause: error });
  // The request ended before its body, or the body is unreadable: an error of the sender.
  if (statusOf(error) === 413) return new AppError('too_large', undefined, { cause: error });
  if (statusOf(error) === 415) return new AppError('unsupported_media_type', undefined, { cause: error });
  if (statusOf(error) >= 400 && statusOf(error) < 500)
    return new AppError('malformed_request', undefined, { cause: error });
  return new AppError('internal', undefined, { cause: error });
}

/**
 * The body of an error response (RFC 9457). `docs` is the base URL of the error documentation; `scrub` removes secrets
 * from the texts.
 */
export function problemOf(
  error: AppError,
  about: { docs: string; instance: string; requestId: string },
  scrub: (text: string) => string = (text) => text,
): Problem {
  const { extra, code, message, status } = error;
  const fields = error.errors?.map((one) => ({ ...one, detail: scrub(one.detail), code: one.code ?? code }));
  return {
    type: `${about.docs}/docs/errors#${code}`,
    title: errors[code][1],
    status,
    detail: scrub(message),
    instance: about.instance,
    code,
    requestId: about.requestId,
    ...(fields === undefined ? {} : { errors: fields }),
    ...extra,
  };
}

const fastifyCodes = new Map<unknown, ErrorCode>([
  ['FST_ERR_BAD_URL', 'malformed_request'],
  ['FST_ERR_MAX_PARAM_LENGTH', 'not_found'],
  ['FST_ERR_CTP_BODY_TOO_LARGE', 'too_large'],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'unsupported_media_type'],
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', 'malformed_request'],
  ['ECONNRESET', 'malformed_request'],
  ['HPE_INVALID_CHUNK_SIZE', 'malformed_request'],
]);

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function statusOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : 0;
}
