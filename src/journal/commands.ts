import type { Lease } from './leases.ts';

/** What a person asks of the owner of a partition at another node. Bodies and responses are texts. */
export interface Commands {
  /** Stores a command for the owner of a partition; returns its number. */
  ask(command: { partition: number; body: string; now: number }): Promise<number>;
  /**
   * Takes the commands of these partitions, oldest first, each once. Those that were asked before `since` are removed: their
   * askers have given up; and those that were taken and asked before `takenSince`. Nothing is taken with a lease that was
   * lost.
   */
  take(leases: readonly Lease[], query: { since: number; takenSince: number }): Promise<TakenCommand[]>;
  /** Stores the response to a command; one that was withdrawn is left alone. */
  respond(number: number, response: string): Promise<void>;
  /** The response to a command, which is removed with it; null: there is none. `isRunning`: a node that lives (`Leases`) has begun with it. */
  responseTo(number: number): Promise<{ response: string | null; isRunning: boolean }>;
  /** Removes a command, and returns its response if there is one. `isTaken` without a response: what came of it is not known. */
  withdraw(number: number): Promise<{ response: string | null; isTaken: boolean }>;
}

export type TakenCommand = { number: number; body: string };
