import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLocation, useNavigate, useParams } from '@tanstack/react-router';
import { type MouseEvent, type ReactNode, useEffect } from 'react';
import { Problem } from '../../parts/parts.ts';
import { NotFoundPage } from '../../shell/failed-page.tsx';
import { loadDoc } from './doc-list.ts';
import css from './docs.module.css';
import { DocsFrame } from './docs-frame.tsx';
import { TemplateExample } from './template-example.tsx';

/** A document of docs/, rendered by the build. */
export function DocPage(): ReactNode {
  const { name } = useParams({ from: '/shell/docs/$name' });
  const navigate = useNavigate();
  const { data, error } = useQuery({
    queryKey: ['doc', name],
    queryFn: () => loadDoc(name),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { hash } = useLocation();
  const isThere = data !== undefined;
  useEffect(() => {
    if (isThere && hash !== '') document.getElementById(hash)?.scrollIntoView();
  }, [hash, isThere]);
  if (data === null) return <NotFoundPage />;

  /** Links in the text to other pages of the console are followed without loading it again. */
  function follow(event: MouseEvent) {
    const href = (event.target as Element).closest('a')?.getAttribute('href'); // clicks are on elements
    if (!href?.startsWith('/') || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    void navigate({ href });
  }

  return (
    <DocsFrame name={name}>
      <Problem error={error} />
      {data === undefined && error === null ? <Skeleton height={320} /> : null}
      {data?.parts.map((part) =>
        part.kind === 'example' ? (
          <TemplateExample key={part.template} {...part} />
        ) : (
          // biome-ignore lint/a11y/noStaticElementInteractions: the links inside are what is clicked
          // biome-ignore lint/a11y/useKeyWithClickEvents: Enter on a link is a click
          <div
            key={part.html.slice(0, 200)}
            className={css['doc']}
            onClick={follow}
            // biome-ignore lint/security/noDangerouslySetInnerHtml: made of our own documents by the build
            dangerouslySetInnerHTML={{ __html: part.html }}
          />
        ),
      )}
    </DocsFrame>
  );
}
