/**
 * The target with a JSON Merge Patch (RFC 7396) laid over it; neither is changed. An object of the target that is one
 * value (`isWhole`) is replaced.
 */
export function mergePatch(
  target: unknown,
  patch: unknown,
  isWhole: (target: object) => boolean = () => false,
): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(isObject(target) && !isWhole(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value, isWhole));
  }
  // Object.fromEntries defines own properties, whatever a field is called.
  return Object.fromEntries(merged);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
