import { type ReactNode, useState } from 'react';
import css from './more.module.css';

type Props = {
  summary: ReactNode;
  /** Names the summary for assistive technology. */
  label?: string;
  isOpenAtFirst?: boolean;
  children: ReactNode;
};

/** Details behind a line. They are rendered when they are opened: there may be hundreds, or they ask the server. */
export function More({ summary, label, isOpenAtFirst = false, children }: Props): ReactNode {
  const [isOpen, open] = useState(isOpenAtFirst);
  return (
    <details className={css['more']} open={isOpen} onToggle={(event) => open(event.currentTarget.open)}>
      <summary aria-label={label}>{summary}</summary>
      {isOpen ? children : null}
    </details>
  );
}
