/**
 * A JSON value, or its beginning of about `most` characters: of a text, and of the elements and members of a list or an
 * object. Takes time for what is returned, whatever the size of the value.
 */
export function cutValue(value: unknown, most: number): { value: unknown; isCut: boolean } {
  const budget: Budget = { left: most, isCut: false };
  return { value: taken(value, budget), isCut: budget.isCut };
}

type Budget = { left: number; isCut: boolean };

function taken(value: unknown, budget: Budget): unknown {
  if (typeof value === 'string') return takenText(value, budget);
  budget.left -= 1;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    for (const one of value) {
      if (isUsedUp(budget)) break;
      list.push(taken(one, budget));
    }
    return list;
  }
  const members: [string, unknown][] = [];
  for (const key in value) {
    if (isUsedUp(budget)) break;
    const name = takenText(key, budget);
    members.push([name, taken((value as Record<string, unknown>)[key], budget)]); // a JSON object has only own members
  }
  return Object.fromEntries(members);
}

function isUsedUp(budget: Budget): boolean {
  if (budget.left > 0) return false;
  budget.isCut = true;
  return true;
}

function takenText(text: string, budget: Budget): string {
  const most = Math.max(0, budget.left);
  budget.left -= text.length + 1;
  if (text.length <= most) return text;
  budget.isCut = true;
  // Without the half of a character outside of the basic plane.
  const end = most > 0 && isHighSurrogate(text.charCodeAt(most - 1)) ? most - 1 : most;
  return text.slice(0, end);
}

const isHighSurrogate = (code: number) => code >= 0xd800 && code <= 0xdbff;
