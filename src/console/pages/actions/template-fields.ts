import { useQuery } from '@tanstack/react-query';

const none: readonly string[] = [];

/** The fields that a template reads of its records, in the order of its text. The reader of templates is loaded when it is needed. */
export async function templateFields(template: string): Promise<readonly string[]> {
  const { fieldReads } = await import('../../../template/check/field-reads.ts');
  return [...new Set(fieldReads(template).flatMap(({ names }) => names.slice(0, 1)))];
}

/** The same for the destination that is shown; none until they are known, and for a template that can't be read. */
export function useTemplateFields(template: string | undefined): readonly string[] {
  const { data } = useQuery({
    queryKey: ['template-fields', template],
    queryFn: () => templateFields(template ?? ''),
    enabled: template !== undefined,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data ?? none;
}
