/** The escaping of inserted values. `path` is only for URL paths and their queries, and applies to every value. */
export type Escape = 'json' | 'html' | 'url' | 'none';

/**
 * The escape mode of a content type: JSON types escape for a JSON string, HTML and XML escape entities,
 * form-urlencoded percent-encodes, others insert unescaped. A mode other than `auto` applies to every type.
 */
export function escapeFor(contentType: string, mode: 'auto' | Escape = 'auto'): Escape {
  if (mode !== 'auto') return mode;
  const type = (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
  if (/^[^/]+\/(?:.+\+json|json|x-json|x-ndjson|ndjson|jsonl|jsonlines|x-jsonlines|json-seq)$/.test(type))
    return 'json';
  if (/^[^/]+\/(?:.+\+xml|xml|html)$/.test(type)) return 'html';
  return type === 'application/x-www-form-urlencoded' ? 'url' : 'none';
}
