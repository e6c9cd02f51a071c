/** What one node does for all nodes of a database. */
const jobs = ['issues'] as const;

export type Job = (typeof jobs)[number];

/**
 * The partition whose owner does a job: its lease is that of the job. So a job has one node at a time, moves when that node
 * dies or leaves, and what it writes can be fenced as all that is of a partition.
 */
export function partitionOfJob(job: Job, partitions: number): number {
  return partitions - 1 - (jobs.indexOf(job) % partitions);
}
