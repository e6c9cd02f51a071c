import { type Clock, errorBackoffMs } from '../async/clock.ts';
import type { Lease, Leases, LostWrites, Roster } from '../journal/journal.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { movesOf, type Policy } from './share.ts';

/** What works on the partitions of a node: told of each change, one partition at a time. */
export interface PartitionWork {
  /** The node owns the partition now. Recovers and reads what its former owner left; after an error it is released. */
  acquired(lease: Lease): Promise<void>;
  /** Takes in and sends nothing more for the partition, finishes what is in flight, forgets the rest. It is released then. */
  drain(lease: Lease): Promise<void>;
  /** Another node has taken the partition: forgets it. Its writes change nothing any more. */
  lost(lease: Lease): void;
}

type Options = {
  leases: Omit<Leases, 'partitionCount'>;
  work: PartitionWork;
  /** The name of this process among the nodes of the database. */
  node: string;
  /** How many partitions the database has. */
  count: number;
  /** Left out: each node has its even share. */
  policy?: Policy;
  clock: Clock;
  /** ms that only grow, also when the clock is set: the clock of `Leases`, the same for all nodes of the database. */
  monotonic(): number;
  /** How long a heartbeat lasts, and how often it is renewed. */
  ttlMs: number;
  everyMs: number;
  telemetry: Pick<Telemetry, 'failed' | 'noticed'>;
  /** The heartbeat was extended. */
  renewed?(): void;
  /** A failover of the database lost writes of this node. */
  lostWrites?(lost: readonly LostWrites[]): void;
};

/** A node stops acting this long before another one can take its partitions. */
const marginMs = 200;

/** A partition that the node holds. `isMoving`: it is being acquired or drained. */
type Held = { lease: Lease; isMoving: boolean };

/**
 * The partitions that this node owns, which change at run time. A turn renews the heartbeat, forgets what others took, and
 * takes or gives away partitions up to the fair share (share.ts). A partition is
 *
 *   free → acquiring (`work.acquired` runs) → owned → draining (`work.drain` runs) → released: free
 *
 * and in each of these states it may be lost to another node, when the heartbeat ended before it could be renewed. What
 * no other one took stays with its owner. What is stored as its own and it does not hold, it takes. A partition that can't be acquired is released, and none is taken for 1 s,
 * doubling to 30 s.
 */
export class Ownership implements AsyncDisposable {
  readonly #options: Options;
  readonly #held = new Map<number, Held>();
  readonly #moves = new Set<Promise<void>>();
  /** By the monotonic clock. */
  #actsUntil = Number.NEGATIVE_INFINITY;
  #isLeaving = false;
  #isEnding = false;
  /** A later process has the same name: it must not lose what it took. */
  #isReplaced = false;
  #failures = 0;
  /** By the monotonic clock. */
  #takesFrom = Number.NEGATIVE_INFINITY;
  #roster: Roster = { nodes: [], partitions: [] };
  /** What the node held when the roster was read, and may have given away since. */
  #heldThen: ReadonlySet<number> = new Set();
  #turn: Promise<void> = Promise.resolve();
  #cancel = () => {};

  constructor(options: Options) {
    this.#options = options;
  }

  /** Takes the first partitions and works on them. Rejects when storage fails, or the work on one of them. */
  async start(): Promise<void> {
    await this.#beat();
    const errors: unknown[] = [];
    await this.#take((error) => errors.push(error));
    await Promise.all(this.#moves);
    if (errors.length > 0) throw errors[0];
    this.#again();
  }

  /** The leases of the partitions that are owned: acquired, and not draining. */
  owned(): Lease[] {
    return [...this.#held.values()].flatMap(({ lease, isMoving }) => (isMoving ? [] : lease));
  }

  /** How many nodes work on partitions: this one, and the others whose heartbeat lasts, as of its own last one. */
  get nodes(): number {
    return Math.max(1, this.#roster.nodes.filter(({ isLeaving }) => !isLeaving).length);
  }

  /** Who lives and who owns what, as of its own last heartbeat. */
  get roster(): Roster {
    return this.#roster;
  }

  /**
   * Whether no other node can have taken a partition of this one: asked in the turn of the event loop in which a request is
   * written, since a receiver can't tell a former owner.
   */
  mayAct(): boolean {
    return this.#options.monotonic() < this.#actsUntil;
  }

  /** Gives all partitions away, together, since each may wait long for what is in flight. Takes none. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    await this.#turn;
    await Promise.all(this.#moves);
    await this.#beat().catch((error) => this.#options.telemetry.failed(error, 'tell the other nodes of the stop'));
    await Promise.all([...this.#held.values()].map((held) => this.#drain(held)));
  }

  /** Releases what is still held, without draining it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    this.#cancel();
    await this.#turn;
    await Promise.all(this.#moves);
    const { leases, node, telemetry } = this.#options;
    const held = [...this.#held.values()].map(({ lease }) => lease);
    // A full disk refuses the write. The heartbeat then ends after its time.
    await leases.leave(node, held).catch((error) => telemetry.failed(error, 'release the partitions'));
    this.#held.clear();
  }

  #again() {
    if (this.#isEnding || this.#isReplaced) return;
    this.#cancel = this.#options.clock.after(this.#options.everyMs, () => {
      this.#turn = this.#next().finally(() => this.#again());
    });
  }

  async #next(): Promise<void> {
    const { telemetry } = this.#options;
    try {
      await this.#beat();
      if (!this.#isEnding && !this.#isLeaving && !this.#isReplaced) await this.#take((error) => this.#failed(error));
    } catch (error) {
      telemetry.failed(error, 'renew the heartbeat'); // the next turn decides
    }
  }

  async #beat(): Promise<void> {
    const { leases, node, ttlMs, monotonic, renewed, lostWrites } = this.#options;
    const from = monotonic();
    const held = new Set(this.#held.keys());
    this.#roster = await leases.beat({ node, ttlMs, isLeaving: this.#isLeaving, now: from });
    if (this.#roster.lost !== undefined) lostWrites?.(this.#roster.lost);
    if (this.#isEnding) return;
    const stored = new Map(this.#roster.partitions.map((one) => [one.partition, one]));
    for (const [partition, { lease }] of this.#held) {
      const { owner, epoch } = stored.get(partition) ?? { owner: null, epoch: 0 };
      if (epoch === lease.epoch) continue;
      // After a failover that lost what this process took, the stored epoch is an earlier one: it takes the partition again.
      if (owner === node && epoch > lease.epoch) this.#replaced();
      this.#held.delete(partition);
      held.delete(partition);
      this.#options.work.lost(lease);
    }
    this.#heldThen = held;
    this.#actsUntil = from + ttlMs - marginMs;
    renewed?.();
  }

  #replaced() {
    if (!this.#isReplaced)
      this.#options.telemetry.noticed('another process with the name of this node has taken its partitions', {
        node: this.#options.node,
      });
    this.#isReplaced = true;
  }

  async #take(failed: (error: unknown) => void): Promise<void> {
    const { leases, node, count, policy = 'even', monotonic } = this.#options;
    const held = new Set(this.#held.keys());
    // Of a release that failed, a take whose response was lost, or a process of the same name that ended.
    const own = this.#roster.partitions.flatMap(({ partition, owner }) =>
      owner === node && !held.has(partition) && !this.#heldThen.has(partition) ? partition : [],
    );
    const { take, release } = movesOf({ policy, node, count, roster: this.#roster, held, own });
    if (take.length > 0 && monotonic() >= this.#takesFrom)
      for (const lease of await leases.take({ node, partitions: take, now: monotonic() })) {
        const one = { lease, isMoving: true };
        this.#held.set(lease.partition, one);
        this.#move(this.#acquire(one, failed));
      }
    const given = release === null ? undefined : this.#held.get(release);
    if (given !== undefined && this.#moves.size === 0) this.#move(this.#drain(given));
  }

  #isHeld(held: Held): boolean {
    return this.#held.get(held.lease.partition) === held;
  }

  #move(work: Promise<void>) {
    const move = work.finally(() => this.#moves.delete(move));
    this.#moves.add(move);
  }

  async #acquire(held: Held, failed: (error: unknown) => void): Promise<void> {
    try {
      await this.#options.work.acquired(held.lease);
      held.isMoving = false;
      this.#failures = 0;
    } catch (error) {
      failed(error);
      await this.#release(held);
    }
  }

  #failed(error: unknown) {
    const { monotonic, telemetry } = this.#options;
    telemetry.failed(error, 'acquire a partition');
    // One cause fails all that were taken together.
    if (monotonic() < this.#takesFrom) return;
    this.#takesFrom = monotonic() + errorBackoffMs(this.#failures++);
  }

  async #drain(held: Held): Promise<void> {
    const { work, telemetry } = this.#options;
    held.isMoving = true;
    await work.drain(held.lease).catch((error) => telemetry.failed(error, 'drain a partition'));
    await this.#release(held);
  }

  async #release(held: Held): Promise<void> {
    const { leases, telemetry } = this.#options;
    const { lease } = held;
    if (!this.#isHeld(held)) return; // lost
    this.#held.delete(lease.partition);
    await leases.release(lease).catch((error) => telemetry.failed(error, 'release a partition'));
  }
}
