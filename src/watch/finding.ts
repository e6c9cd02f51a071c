import type { IssueProblem } from '../contract/records/issue.ts';
import type { IssueRecord } from '../issues/issues.ts';
import type { Configuration } from '../pipeline/snapshot/snapshot.ts';

type Words = Pick<IssueRecord, 'fingerprint' | 'kind' | 'severity' | 'title' | 'detail' | 'likelyFix'> & {
  cause: IssueProblem;
};
type Subject = Pick<IssueRecord, 'connectionId' | 'destinationId' | 'actionId' | 'errorKind'>;

/** A problem found by a detector. Findings with the same fingerprint are the same issue. */
export type Finding = Words & Subject;

/** A finding; its places that are not given are null. */
export function finding(given: Words & Partial<Subject>): Finding {
  return { connectionId: null, destinationId: null, actionId: null, errorKind: null, ...given };
}

/** The number of occurrences, and the deliveries and actions concerned (the newest last). */
export type Occurrences = { times: number; samples: readonly string[]; actionIds: readonly string[] };

/** A condition that is checked at intervals and is either true or false. */
export type Detector = {
  /** For the log: completes "could not check …". */
  at: string;
  everyMs: number;
  /** Every active issue of these kinds that `find` no longer returns is resolved. */
  kinds: readonly IssueRecord['kind'][];
  /** The reason recorded when such an issue is resolved. */
  over: string;
  find(now: number): Finding[] | Promise<Finding[]>;
};

/** Display names of configuration objects; the id for deleted ones. */
export function namesIn(configuration: Configuration) {
  const documents = () => configuration.snapshot.documents;
  const connection = (id: string) => documents().connection.get(id)?.body.name ?? id;
  return {
    connection,
    action: (id: string) => documents().action.get(id)?.body.name ?? id,
    destination(id: string) {
      const body = documents().destination.get(id)?.body;
      return body === undefined ? id : `${connection(body.connectionId)} › ${body.name}`;
    },
  };
}

export type Names = ReturnType<typeof namesIn>;

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** A duration in its largest whole unit: "3 days", "1 hour", "0 minutes". */
export function durationText(ms: number): string {
  const [name, unitMs] = units.find(([, unit]) => ms >= unit) ?? ['minute', 60_000];
  const count = Math.floor(ms / unitMs);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
