/** The folder of the certificates that tests use. */
export const testdata = new URL('../src/egress/http1/testdata/', import.meta.url);
