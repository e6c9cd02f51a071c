import { inTurn } from '../async/in-turn.ts';
import type { Lease } from '../journal/journal.ts';

/** Begins work under the lease. It ends when the work is disposed. */
export type BeginJob = (lease: Lease) => Promise<AsyncDisposable>;

type Job = { begin: BeginJob; running: AsyncDisposable | null; inTurn: ReturnType<typeof inTurn> };

/**
 * What one node does for all nodes of a database: alerts, retention, the roll-up of statistics, the search for missing traffic,
 * erasures. The owner of the last partition does it, and that partition's lease is the lease of these jobs: so they move when
 * that node dies or leaves, and what it writes for them is fenced as what is of a partition.
 */
export class Jobs {
  readonly #partition: number;
  readonly #jobs = new Set<Job>();
  #lease: Lease | null = null;

  /** `partitions`: how many the database has. */
  constructor(partitions: number) {
    this.#partition = partitions - 1;
  }

  /** The lease of this node; null: another node does the jobs, or none. */
  lease(): Lease | null {
    return this.#lease;
  }

  /** Runs work while this node does the jobs; disposing it ends that. Rejects when it can't begin now. */
  async add(begin: BeginJob): Promise<AsyncDisposable> {
    const job: Job = { begin, running: null, inTurn: inTurn() };
    this.#jobs.add(job);
    if (this.#lease !== null) await this.#begin(job, this.#lease);
    return {
      [Symbol.asyncDispose]: () => {
        this.#jobs.delete(job);
        return end(job);
      },
    };
  }

  /** This node owns a partition now. */
  async acquired(lease: Lease): Promise<void> {
    if (lease.partition !== this.#partition) return;
    this.#lease = lease;
    await Promise.all(Array.from(this.#jobs, (job) => this.#begin(job, lease)));
  }

  /** It gives the partition away, or has lost it. Resolves when all work has ended. */
  async ended({ partition }: Lease): Promise<void> {
    if (partition !== this.#partition) return;
    this.#lease = null;
    await Promise.all(Array.from(this.#jobs, end));
  }

  #begin(job: Job, lease: Lease): Promise<void> {
    return job.inTurn(async () => {
      if (this.#lease === lease && this.#jobs.has(job)) job.running ??= await job.begin(lease);
    });
  }
}

function end(job: Job): Promise<void> {
  return job.inTurn(async () => {
    const { running } = job;
    job.running = null;
    await running?.[Symbol.asyncDispose]();
  });
}
