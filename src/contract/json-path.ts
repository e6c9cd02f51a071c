/**
 * The value at a path of keys and indexes in JSON: `error.code`, `items[0].status`, with or without a leading `$.`;
 * undefined: nothing is there. Own properties alone count. Pure.
 */
export function valueAt(json: unknown, path: string): unknown {
  let value = json;
  for (const key of path
    .replace(/^\$\.?/, '')
    .split(/[.[\]]+/)
    .filter(Boolean)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
