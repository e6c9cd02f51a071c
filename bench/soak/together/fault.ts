/**
 * A broken guarantee. `about`: ids of what it was seen with, for the report; the first is the delivery. `unlessUnread`: it is
 * none if the program did not read the response to this request in time, which its attempts tell. `unlessSent`: it is none
 * if the delivery is soon not held any more, or has more attempts than these.
 */
export type Fault = {
  readonly guarantee: string;
  readonly sentence: string;
  readonly about: readonly string[];
  readonly unlessUnread?: number;
  readonly unlessSent?: number;
};
