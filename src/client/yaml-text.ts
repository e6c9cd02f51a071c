import type * as Yaml from 'yaml';

/**
 * The YAML of a value. Texts keep their lines, as `|-`: a template that is folded at 80 characters reads as another. A name
 * `<<` is quoted: without quotes it merges objects when the file is read again. `yaml` is the module, which is large, so
 * that callers load it on first use.
 */
export function yamlText(value: unknown, yaml: Pick<typeof Yaml, 'Document' | 'isScalar' | 'visit'>): string {
  const document = new yaml.Document(value);
  yaml.visit(document, {
    Pair(_, { key }) {
      if (yaml.isScalar(key) && key.value === '<<') key.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ blockQuote: 'literal', lineWidth: 0 });
}
