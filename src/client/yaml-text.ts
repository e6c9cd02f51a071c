import type * as Yaml from 'yaml';

/**
 * The YAML of a value. A name `<<` is quoted: without quotes it merges objects when the file is read again. `yaml` is
 * the module, which is large, so that callers load it on first use.
 */
export function yamlText(value: unknown, yaml: Pick<typeof Yaml, 'Document' | 'isScalar' | 'visit'>): string {
  const document = new yaml.Document(value);
  yaml.visit(document, {
    Pair(_, { key }) {
      if (yaml.isScalar(key) && key.value === '<<') key.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString();
}
