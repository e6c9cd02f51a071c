const waitMaxMs = 60_000;
const refused = new Set([429, 502, 503, 504]);

/**
 * Sends a request again after a refusal, or without a whole response, when it is safe to repeat. `timeoutMs`: how long
 * the server can be silent.
 */
export function retrying(
  send: typeof fetch,
  { retries, timeoutMs }: { retries: number; timeoutMs: number },
): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const isSafe = request.headers.has('idempotency-key') || ['GET', 'HEAD', 'PUT', 'DELETE'].includes(request.method);
    for (let attempt = 0; ; attempt++) {
      const isLast = attempt >= retries;
      const response = await whole(send, request, timeoutMs).catch((error: unknown) => {
        if (isLast || !isSafe || request.signal.aborted) throw error;
        return null;
      });
      // A request over a rate limit was not executed.
      const mayRepeat = response === null || (refused.has(response.status) && (isSafe || response.status === 429));
      if (response !== null && (isLast || !mayRepeat)) return response;
      await wait(delayMs(attempt, response?.headers.get('retry-after') ?? null), request.signal);
    }
  };
}

/** The response with its whole body: a connection can also end in the middle of one. */
async function whole(send: typeof fetch, request: Request, timeoutMs: number): Promise<Response> {
  const ended = new AbortController();
  const abort = () => ended.abort(request.signal.reason);
  const late = () => ended.abort(new DOMException(`The server was silent for ${timeoutMs} ms.`, 'TimeoutError'));
  let timer = setTimeout(late, timeoutMs);
  request.signal.addEventListener('abort', abort, { once: true });
  try {
    request.signal.throwIfAborted();
    const response = await send(new Request(request.clone(), { signal: ended.signal }));
    const parts: Uint8Array<ArrayBuffer>[] = [];
    const reader = response.body?.getReader();
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
      clearTimeout(timer);
      timer = setTimeout(late, timeoutMs);
      parts.push(part.value);
    }
    return new Response(parts.length === 0 ? null : new Blob(parts), response);
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener('abort', abort);
  }
}

function delayMs(attempt: number, retryAfter: string | null): number {
  const asked = retryAfter === null ? 0 : Number(retryAfter) * 1_000;
  const own = 250 * 2 ** attempt * (0.5 + Math.random() / 2);
  return Math.min(waitMaxMs, Number.isFinite(asked) && asked > 0 ? asked : own);
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      resolve();
    }, ms);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
