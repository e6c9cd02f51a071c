/**
 * A rendered request: everything that the template and its tags produced. `copyOf`: the body is `JSON.stringify` of the
 * data of the delivery's own event, which has this id, or of a list with only that data. It is then stored as a
 * reference to the event.
 */
export type Rendered = {
  path: string;
  headers: [string, string][];
  body: string;
  isObject: boolean;
  copyOf?: string;
};
