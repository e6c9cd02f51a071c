import type { Socket } from 'node:net';
import type { EgressConnect, EgressConnection, EgressError, EgressProbe, ProbeStep } from '../egress.ts';
import { checkMailHost, checkUrl } from '../guard/guard.ts';
import { isFailure } from './errors.ts';
import { Opening } from './opening.ts';
import { lateRefusal, secureContextFor } from './tls.ts';
import { type Guides, type Way, wayTo } from './way.ts';

/** Opens sockets for one use, outside the pools: for connection tests, and for callers that speak mail. */
export class SingleSockets implements Disposable {
  readonly #guides: Guides;
  readonly #now: () => number;
  /** In use by callers of `connect`. */
  readonly #mailSockets = new Set<Socket>();
  #isClosed = false;

  constructor(guides: Guides, now: () => number) {
    this.#guides = guides;
    this.#now = now;
  }

  async probe(request: EgressProbe): Promise<ProbeStep[]> {
    const startedAt = this.#now();
    const target = checkUrl(this.#guides.guard, request.url);
    const way = 'reason' in target ? target : wayTo(target, request, this.#guides);
    const durationMs = this.#now() - startedAt;
    if ('reason' in way) return [failedStep('url', durationMs, blocked(way))];
    const { socket, opening } = await this.#open(way, request.timeoutMs);
    const steps: ProbeStep[] = [
      { name: 'url', ok: true, durationMs, detail: way.target.origin },
      ...opening.steps.map((step) => ({ ...step, ok: true, detail: step.detail() })),
    ];
    const failure = isFailure(socket) ? socket : await lateRefusal(socket);
    if (!isFailure(socket)) socket.destroy();
    if (failure === null) return steps;
    const failed = failedStep(opening.stage, this.#now() - opening.stageStartedAt, failure);
    return [...steps.filter(({ name }) => name !== failed.name), failed];
  }

  async connect({ host, port, tls, timeoutMs }: EgressConnect): Promise<EgressConnection> {
    if (this.#isClosed) return { kind: 'error', error: STOPPED };
    const target = checkMailHost(this.#guides.guard, host, port);
    if ('reason' in target) return { kind: 'error', error: blocked(target) };
    const secureContext = secureContextFor(tls);
    if (isFailure(secureContext)) return { kind: 'error', error: secureContext };
    const way = wayTo({ ...target, isTls: false }, {}, this.#guides);
    if ('reason' in way) return { kind: 'error', error: blocked(way) };
    const { socket } = await this.#open(way, timeoutMs);
    if (isFailure(socket)) return { kind: 'error', error: socket };
    if (this.#isClosed) {
      socket.destroy();
      return { kind: 'error', error: STOPPED };
    }
    this.#mailSockets.add(socket);
    socket.once('close', () => this.#mailSockets.delete(socket));
    return { kind: 'open', socket, secureContext };
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const socket of this.#mailSockets) socket.destroy();
  }

  async #open(way: Way, timeoutMs: number): Promise<{ socket: Socket | EgressError; opening: Opening }> {
    const opening = new Opening(way, this.#now);
    const timer = setTimeout(() => opening.expire(timeoutMs), timeoutMs);
    const socket = await opening.result;
    clearTimeout(timer);
    return { socket, opening };
  }
}

function failedStep(name: ProbeStep['name'], durationMs: number, error: EgressError): ProbeStep {
  return { name, ok: false, durationMs, detail: error.message, error };
}

export function blocked({ reason }: { readonly reason: string }): EgressError {
  return { kind: 'blocked', message: `Not sent: ${reason}.` };
}

export const STOPPED: EgressError = { kind: 'reset', message: 'This server is stopping.' };
