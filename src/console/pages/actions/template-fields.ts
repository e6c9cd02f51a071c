import { useQuery } from '@tanstack/react-query';

/** The fields that a template reads of its records, in the order of its text, and whether it passes on the others. */
export type TemplateReads = { fields: readonly string[]; takesRest: boolean };

const nothing: TemplateReads = { fields: [], takesRest: false };

/** The reader of templates is loaded when it is needed. */
export async function templateReads(template: string): Promise<TemplateReads> {
  const { fieldReads, takesRest } = await import('../../../template/check/field-reads.ts');
  const fields = [...new Set(fieldReads(template).flatMap(({ names }) => names.slice(0, 1)))];
  return { fields, takesRest: takesRest(template) };
}

/** The same for the destination that is shown; nothing until that is known, and for a template that can't be read. */
export function useTemplateReads(template: string | undefined): TemplateReads {
  const { data } = useQuery({
    queryKey: ['template-reads', template],
    queryFn: () => templateReads(template ?? ''),
    enabled: template !== undefined,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data ?? nothing;
}
