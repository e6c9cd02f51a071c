/**
 * An error in evaluating the rules of an action for an event, or (with `destinationId`) in planning its delivery to a
 * destination: the event has no such delivery. `actionId` null: all rules failed together.
 */
export type RuleFault = { actionId: string | null; destinationId: string | null; error: unknown };

/** The same fault of a number of events, without the text of its error, which may quote them. `eventId`: the last of them. */
export type RuleFaults = Omit<RuleFault, 'error'> & { error: Error; events: number; eventId: string };

/** The faults of several events by what failed, with the class of the error. */
export function gatherFaults(faults: readonly (RuleFault & { eventId: string })[]): RuleFaults[] {
  const found = new Map<string, RuleFaults>();
  for (const { actionId, destinationId, error, eventId } of faults) {
    const key = JSON.stringify([actionId, destinationId, classOf(error)]);
    const known = found.get(key);
    const events = (known?.events ?? 0) + 1;
    const bare = known?.error ?? withoutText(error);
    found.set(key, { actionId, destinationId, error: bare, events, eventId });
  }
  return [...found.values()];
}

/** The name of an error's class. */
export const classOf = (error: unknown): string => (error instanceof Error ? error.constructor.name : typeof error);

/** An error with the class as its message, and the same places in the code. */
function withoutText(error: unknown): Error {
  const bare = new Error(classOf(error));
  const { name, message, stack = '' } = error instanceof Error ? error : bare;
  const head = `${name}: ${message}`;
  if (stack.startsWith(head)) bare.stack = bare.message + stack.slice(head.length);
  return bare;
}
