import type { Socket } from 'node:net';
import type { EgressError } from '../../egress.ts';

/** Cancels the steps of opening a socket from outside, whatever they wait for. */
export interface Hold {
  /** Waits for the result of the step or for the cancellation; a later result is ignored. */
  wait<T extends object>(step: (give: (result: T | EgressError) => void) => void): Promise<T | EgressError>;
  /** Destroys this socket later if opening fails. */
  keep(socket: Socket): void;
  /** Makes this the result of the current step and of all later ones. */
  end(error: EgressError): void;
  /** The error passed to `end`, or null. */
  readonly ended: EgressError | null;
  /** Destroys the kept sockets. */
  drop(): void;
}

/** Kept minimal, without stacks or abort signals, since attempts fail often while a destination is down. */
export function createHold(): Hold {
  const sockets: Socket[] = [];
  let ended: EgressError | null = null;
  let giveUp: ((error: EgressError) => void) | null = null;
  return {
    wait(step) {
      return new Promise((resolve) => {
        if (ended !== null) return resolve(ended);
        giveUp = resolve;
        step(resolve);
      });
    },
    keep(socket) {
      sockets.push(socket);
    },
    end(error) {
      ended ??= error;
      giveUp?.(ended);
    },
    get ended() {
      return ended;
    },
    drop() {
      for (const socket of sockets) socket.on('error', () => {}).destroy();
    },
  };
}

/** Whether a step of opening failed. */
export function isFailure(result: object): result is EgressError {
  return 'kind' in result && 'message' in result;
}
