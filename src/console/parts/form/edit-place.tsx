import { createContext, type ReactNode, use } from 'react';
import { createPortal } from 'react-dom';

/** The place of Edit on a page, at the end of its buttons; null: not on a page, or behind another tab. */
export const EditPlace = createContext<HTMLElement | null>(null);

/** Puts Edit where it is on every page. Without a page around it stays where it is written. */
export function InEditPlace({ children }: { children: ReactNode }): ReactNode {
  const place = use(EditPlace);
  return place === null ? children : createPortal(children, place);
}

/** A form behind others has no Edit on the page. */
export function EditPlaceOf({ isShown, children }: { isShown: boolean; children: ReactNode }): ReactNode {
  const place = use(EditPlace);
  return <EditPlace value={isShown ? place : null}>{children}</EditPlace>;
}
