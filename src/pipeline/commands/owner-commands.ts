import { type Clock, pause } from '../../async/clock.ts';
import { AppError } from '../../contract/errors.ts';
import type { Commands } from '../../journal/journal.ts';
import type { ConnectionsOfNode } from '../owned-connections.ts';
import type { Configuration } from '../snapshot/snapshot.ts';

/** How long the asker waits for the owner to respond. */
const responseMs = 5_000;

/** The same for a command that lasts, once the owner has begun: two requests of a test with their tokens. */
const lastingMs = 180_000;

/** Turns JSON values, which may have secrets, into texts that are stored, and back. */
export type Messages = { seal(value: unknown): string; open(text: string): unknown };

/** Functions by name, whose argument is JSON with secrets, and whose result is JSON. */
type Acts<Of> = { [Name in keyof Of]: (args: never) => Promise<unknown> };
type Act = (args: never) => Promise<unknown>;
type ArgsOf<One extends Act> = Parameters<One>[0];
type ResultOf<One extends Act> = One extends (args: never) => Promise<infer Result> ? Result : never;

/** Asks the owner of a connection to act. */
export type AskOwner<Of extends Acts<Of>> = <Name extends keyof Of & string>(
  connectionId: string,
  name: Name,
  args: ArgsOf<Of[Name]>,
) => Promise<ResultOf<Of[Name]>>;

/** Embedded mode: this process is the owner of all connections. */
export function askHere<Of extends Acts<Of>>(acts: Of): AskOwner<Of> {
  return async (_, name, args) => (await run(acts[name], args)) as ResultOf<Of[typeof name]>; // its own result
}

const run = (act: Act, args: unknown): Promise<unknown> => act(args as never); // its own argument, by the type of AskOwner

/** As stored. `revision`: of the configuration that the asker knows. */
type Asked = { name: string; args: unknown; revision: number };
type Done = { done: unknown } | { refused: Pick<AppError, 'code' | 'message' | 'errors' | 'extra'> };

/**
 * A node asks the owner of a connection by a row, and serves the rows of the connections that it owns. An asker without
 * a response gets AppError `unavailable`, which says whether the owner has begun.
 */
export function commandsOfNode<Of extends Acts<Of>>(
  acts: Of,
  options: {
    commands: Commands;
    messages: Messages;
    /** Those that take as long as another system does. */
    lasting: readonly (keyof Of)[];
    configuration: Configuration;
    ownConnections: ConnectionsOfNode;
    clock: Clock;
    pollMs: number;
    /** Stores what the owner shows to others, and reads what they show, so that the asker sees what was done. */
    publish(): Promise<void>;
    follow(): Promise<void>;
    failed(error: unknown, doing: string): void;
  },
) {
  const { commands, messages, lasting, configuration, ownConnections, clock, pollMs, publish, follow, failed } =
    options;
  const running = new Set<Promise<void>>();
  let waiting = 0;
  const here = askHere(acts);

  async function responseOf(body: string): Promise<Done> {
    try {
      const { name, args, revision } = messages.open(body) as Asked; // stored by `ask`
      if (!Object.hasOwn(acts, name))
        throw new AppError('unavailable', 'The owner of the connection has another version.');
      if (revision > configuration.snapshot.revision) await configuration.follow();
      return { done: (await run(acts[name as keyof Of], args)) ?? null }; // just checked
    } catch (error) {
      if (!(error instanceof AppError)) failed(error, 'do what another node asks');
      const { code, message, errors, extra } = error instanceof AppError ? error : new AppError('internal');
      return { refused: { code, message, errors, extra } };
    }
  }

  async function serveOne(number: number, body: string): Promise<void> {
    const response = messages.seal(await responseOf(body));
    await publish().catch((error) => failed(error, 'store the state of queues'));
    await commands.respond(number, response).catch((error) => failed(error, 'respond to another node'));
  }

  async function waitFor(number: number, isLasting: boolean): Promise<Done> {
    const startedAt = clock.now();
    for (let untilMs = responseMs; clock.now() < startedAt + untilMs; ) {
      await pause(clock, pollMs);
      // One that can't be read now may be read the next time.
      const { response, isRunning } = await commands.responseTo(number).catch((error: unknown) => {
        failed(error, 'read the response of another node');
        return { response: null, isRunning: true };
      });
      if (response !== null) return messages.open(response) as Done; // stored by `serveOne`
      untilMs = isRunning && isLasting ? lastingMs : responseMs;
    }
    const { response, isTaken } = await commands.withdraw(number);
    if (response !== null) return messages.open(response) as Done; // it came at last
    throw new AppError(
      'unavailable',
      isTaken
        ? 'The node that sends to this connection has begun this, and has not responded. Look whether it is done.'
        : 'The node that sends to this connection does not respond. Nothing was done; send the request again.',
    );
  }

  const ask: AskOwner<Of> = async (connectionId, name, args) => {
    if (ownConnections.leaseOf(connectionId) !== null) return here(connectionId, name, args);
    const { revision, partitions } = configuration.snapshot;
    const body = messages.seal({ name, args, revision } satisfies Asked);
    const partition = partitions.get(connectionId) ?? 0;
    const number = await commands.ask({ partition, body, now: clock.now() });
    waiting += 1;
    const response = await waitFor(number, lasting.includes(name)).finally(() => {
      waiting -= 1;
    });
    await follow();
    if ('done' in response) return response.done as ResultOf<Of[typeof name]>; // of the same function at the owner
    const { code, message, errors, extra } = response.refused;
    throw new AppError(code, message, { extra, ...(errors !== undefined && { errors }) });
  };

  return {
    ask,
    /** Whether something that was asked here has no response yet. */
    isWaiting: () => waiting > 0,
    /** Does what other nodes ask; to call again and again. */
    async serve(): Promise<void> {
      const leases = ownConnections.leases();
      if (leases.length === 0) return;
      const now = clock.now();
      // No asker reads a response that late, also by another clock.
      const query = { since: now - responseMs, takenSince: now - 2 * lastingMs };
      for (const { number, body } of await commands.take(leases, query)) {
        const done = serveOne(number, body).finally(() => running.delete(done));
        running.add(done);
      }
    },
    /** Resolves when everything that was begun has its response, at the latest after `withinMs`. */
    async idle(withinMs: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      const cancel = clock.after(withinMs, resolve);
      await Promise.race([Promise.all(running), promise]);
      cancel();
    },
  };
}
