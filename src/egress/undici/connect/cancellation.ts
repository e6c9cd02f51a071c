import type { Socket } from 'node:net';
import type { EgressError } from '../../egress.ts';

/** What keeps the steps of opening a socket together, so that they can be ended from outside, whatever they wait for. */
export interface Hold {
  /** Waits until the step gives its result, or until the end; what is given later is ignored. */
  wait<T extends object>(step: (give: (result: T | EgressError) => void) => void): Promise<T | EgressError>;
  /** To be destroyed when there will be no result. */
  keep(socket: Socket): void;
  /** Makes this the result of the step that waits and of all that follow. */
  end(error: EgressError): void;
  /** What it was ended with, or null. */
  readonly ended: EgressError | null;
  /** Destroys what is kept. */
  drop(): void;
}

/** Failed attempts are many when a destination is down: no errors with stacks, no abort signals, nothing but this. */
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
