/// <reference lib="dom" />
import { excerpt, found, type Section } from './search.ts';

// The search of a page. Its index is a script, so that the site also works from a folder, and is loaded on first use.

declare global {
  interface Window {
    millraceSections?: Section[];
  }
}

const box = document.querySelector<HTMLInputElement>('#search');
const list = document.querySelector<HTMLElement>('#found');

if (box !== null && list !== null) {
  box.addEventListener('focus', load, { once: true });
  box.addEventListener('input', () => show(box, list));
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') list.replaceChildren();
    if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    box.focus();
  });
}

// A link to an operation of the reference opens it.
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) target.open = true;
}
window.addEventListener('hashchange', openTarget);
openTarget();

function load() {
  const script = document.createElement('script');
  script.src = 'search-index.js';
  script.addEventListener('load', () => {
    if (box !== null && list !== null) show(box, list);
  });
  document.head.append(script);
}

function show({ value }: HTMLInputElement, into: HTMLElement) {
  const sections = found(window.millraceSections ?? [], value);
  if (value.trim() === '' || window.millraceSections === undefined) return into.replaceChildren();
  const nothing = document.createElement('p');
  nothing.textContent = 'Nothing found.';
  into.replaceChildren(...(sections.length === 0 ? [nothing] : sections.map((one) => resultOf(one, value))));
}

function resultOf(section: Section, query: string): HTMLElement {
  const link = document.createElement('a');
  link.href = section.href;
  link.addEventListener('click', () => list?.replaceChildren());
  const title = document.createElement('b');
  title.textContent = section.title === section.page ? section.page : `${section.page}: ${section.title}`;
  const text = document.createElement('span');
  text.textContent = excerpt(section, query);
  link.append(title, text);
  return link;
}
