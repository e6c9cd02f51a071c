/**
 * Measures a thing and what it is compared with one after the other, each first in every other round, so that other work on
 * the machine changes both alike.
 */
export async function inTurns<A, B>(
  round: number,
  measured: () => Promise<A>,
  compared: () => Promise<B>,
): Promise<[measured: A, compared: B]> {
  const before = round % 2 === 1 ? { value: await compared() } : null;
  const found = await measured();
  return [found, (before ?? { value: await compared() }).value];
}
