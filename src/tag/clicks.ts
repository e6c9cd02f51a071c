/**
 * Reports clicks on elements with `data-millrace`, and forms with it when they are submitted. Its value is the name of the
 * event; `data-millrace-x` is its value `x`. What a visitor types is not read.
 */
export function watchClicks(happened: (name: string, data: Record<string, string>) => void): void {
  const watch = (type: 'click' | 'submit') =>
    addEventListener(
      type,
      (event) => {
        for (const target of event.composedPath()) {
          const { dataset, tagName, href } = target as HTMLAnchorElement; // or any other target, which has less
          const name = dataset?.['millrace'];
          if (!name || (tagName === 'FORM') !== (type === 'submit')) continue;
          const data: Record<string, string> = typeof href === 'string' ? { url: href } : {};
          for (const [attribute, value = ''] of Object.entries(dataset))
            if (/^millrace./.test(attribute))
              data[attribute.slice(8).replace(/^./, (first) => first.toLowerCase())] = value;
          return happened(name, data);
        }
      },
      true,
    );
  watch('click');
  watch('submit');
}
