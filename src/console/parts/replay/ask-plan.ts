import type { CallInput } from '../../../client/client.ts';
import type { ReplayPlan } from '../../../contract/records/replay.ts';

type Body = 'original' | 'current';
type Input = CallInput<'createReplay'>['body'];
type Ask = (input: Input) => Promise<ReplayPlan>;

/** A plan, and the body that it was made with. */
export type AskedPlan = ReplayPlan & { body: Body };

/**
 * The body that fits past deliveries: a new render where the receiver rejected one or its template failed, which the same bytes
 * would repeat, and where the configuration has changed since, which is the fix; otherwise the bytes sent before.
 */
export function bodyFor({ rejected, changed }: Pick<ReplayPlan, 'rejected' | 'changed'>): Body {
  return rejected > 0 || changed > 0 ? 'current' : 'original';
}

/** Asks for the plan of a replay. `chosen` null: no body was chosen, so that it has the one that fits what it finds. */
export async function askPlan(input: Input, chosen: Body | null, ask: Ask): Promise<AskedPlan> {
  const plan = await ask(input);
  if (input.of === 'events') return { ...plan, body: 'current' };
  const given = input.body ?? 'original';
  const body = chosen ?? bodyFor(plan);
  return body === given ? { ...plan, body } : { ...(await ask({ ...input, body })), body };
}
