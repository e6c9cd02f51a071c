import { isObject } from '../../contract/json.ts';

/**
 * Applies a JSON Merge Patch (RFC 7396) and returns a new value. An object in the target for which `isWhole` is true is
 * replaced as a whole, and null stays null there.
 */
export function mergePatch(
  target: unknown,
  patch: unknown,
  isWhole: (target: object) => boolean = () => false,
): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(isObject(target) && !isWhole(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    const before = merged.get(key);
    if (value === null && !(isObject(before) && isWhole(before))) merged.delete(key);
    else merged.set(key, mergePatch(before, value, isWhole));
  }
  // Object.fromEntries defines own properties, also for names such as __proto__.
  return Object.fromEntries(merged);
}
