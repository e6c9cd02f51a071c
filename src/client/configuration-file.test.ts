import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as yaml from 'yaml';
import type { TransferDocument } from '../contract/documents/transfer.ts';
import { ConfigurationFileError, configurationFile, readConfiguration } from './configuration-file.ts';

const named = ({ kind, name }: TransferDocument) => `${kind} ${name}`;

test('documents, lists and groups by kind are read the same way, from YAML and JSON', () => {
  const texts = [
    'kind: connection\nname: CRM\n---\nkind: behaviors\nname: Bought\n',
    '- {kind: connection, name: CRM}\n- {kind: behavior, name: Bought}\n',
    'connections: [{name: CRM}]\nbehaviors: [{name: Bought}]\n',
    '{"connections": [{"name": "CRM"}], "behaviors": [{"name": "Bought"}]}',
  ];
  for (const text of texts)
    assert.deepEqual(readConfiguration(text, yaml).documents.map(named), ['connection CRM', 'behavior Bought']);
});

test('a file for one kind needs no kind in its documents', () => {
  assert.deepEqual(readConfiguration('name: CRM\n', yaml, 'connection').documents.map(named), ['connection CRM']);
});

test('documents written as a file are read back unchanged', () => {
  const documents: TransferDocument[] = [
    { kind: 'connection', name: 'yes: a "name" #1', description: 'two\nlines\n', port: null },
    {
      kind: 'destination',
      connection: 'CRM',
      name: 'Orders',
      template: ' {{! \n return 1; }}\n\n',
      on: 'on',
      date: '2026-01-02',
    },
    { kind: 'destination', connection: 'CRM', name: '007', mapping: [], settings: {} },
  ];
  assert.deepEqual(readConfiguration(yaml.stringify(configurationFile(documents)), yaml).documents, documents);
  assert.deepEqual(readConfiguration(JSON.stringify(configurationFile(documents)), yaml).documents, documents);
});

test('an empty file and the export of an empty server have no documents', () => {
  for (const text of ['', '# nothing\n', '{}', yaml.stringify(configurationFile([])), 'connections: []\n'])
    assert.deepEqual(readConfiguration(text, yaml).documents, [], text);
});

test('a file of another kind is refused with the reason', () => {
  const refusal = (text: string) => {
    try {
      readConfiguration(text, yaml);
    } catch (error) {
      assert.ok(error instanceof ConfigurationFileError);
      return error.message;
    }
    assert.fail('was accepted');
  };
  assert.match(refusal('name: CRM\n'), /^Line 1, column 1: A document has no "kind"/);
  assert.match(refusal('kind: conection\nname: CRM\n'), /^Line 1, column 1: "conection" is not a kind/);
  assert.match(refusal('kind: connection\n'), /^Line 1, column 1: .* has no "name"/);
  assert.match(refusal('connections:\n  - name: A\n  - description: B\n'), /^Line 3, column 5: .* has no "name"/);
  assert.match(refusal('{"connections": [\n  {"name": "A"},\n  {"name": 7}\n]}'), /^Line 3, column 4: .* no "name"/);
  assert.match(refusal('connections: [&a { name: CRM, self: *a }]\n'), /^The file refers to itself/);
  const bomb = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]\n`).join('');
  assert.match(refusal(`a0: &a0 [x]\n${bomb}`), /alias/);
  assert.match(refusal('kind: destination\nname: x\n'), /has no "connection"/);
  assert.match(refusal('connections: []\nconections: []\n'), /^Line 2, column 1: "conections" is not a kind/);
  assert.match(refusal('just text'), /not an object/);
  assert.equal(refusal('a: [\n'), 'Line 2, column 1: The indentation is wrong, or a bracket is not closed.');
  assert.equal(refusal('a:\n\tb: 1\n'), 'Line 2, column 1: Indent with spaces, not with tabs.');
  assert.equal(refusal('a: 1\na: 2\n'), 'Line 2, column 1: This name occurs twice.');
  assert.equal(refusal('{"a": 1,\n "a": 2}'), 'Line 2, column 2: This name occurs twice.');
  assert.equal(refusal('{"a": 1,\n "b" 2}'), 'Line 2, column 6: A bracket, a quote, a comma or a colon is missing.');
  assert.equal(refusal('name: "CRM\n'), 'Line 2, column 1: A bracket, a quote, a comma or a colon is missing.');
  assert.match(refusal('kind: connection\nname\ndescription: x\n'), /^Line 2, column 1: /);
});

test('the place of a field is that of its name, and of what should have it where it is missing', () => {
  const text = `connections:
  - name: CRM
    baseUrl: 7
    auth: &auth
      type: bearer
  - name: Shop
    auth: *auth
destinations:
  - connection: CRM
    name: Orders
    settings:
      headers:
        - name: X
          value: []
`;
  const { placeOf } = readConfiguration(text, yaml);
  const at = (kind: string, name: string, pointer: string) => {
    const { line, col } = placeOf({ kind, name }, pointer) ?? {};
    return `${line}:${col}`;
  };
  assert.equal(at('connection', 'CRM', '/baseUrl'), '3:5');
  assert.equal(at('connection', 'Shop', '/baseUrl'), '6:5');
  assert.equal(at('connection', 'Shop', '/auth/type'), '5:7');
  assert.equal(at('destination', 'CRM/Orders', '/settings/headers/0/value'), '14:11');
  assert.equal(at('destination', 'CRM/Orders', ''), '9:5');
  assert.equal(placeOf({ kind: 'behavior', name: 'CRM' }, ''), null);
  const json = readConfiguration('[{"kind": "behavior",\n  "name": "A", "condition": 7}]', yaml);
  assert.deepEqual(json.placeOf({ kind: 'behavior', name: 'A' }, '/condition'), { line: 2, col: 16 });
});

test('a merge key takes the fields of other objects that an object does not have itself', () => {
  const text = `connections:
  - &crm
    name: CRM
    baseUrl: https://crm.test
    settings: { timeoutMs: 7 }
  - <<: *crm
    name: Shop
  - name: Mail
    <<: [{ baseUrl: https://mail.test }, *crm]
`;
  const { documents, placeOf } = readConfiguration(text, yaml);
  const settings = { timeoutMs: 7 };
  assert.deepEqual(documents, [
    { kind: 'connection', name: 'CRM', baseUrl: 'https://crm.test', settings },
    { kind: 'connection', name: 'Shop', baseUrl: 'https://crm.test', settings },
    { kind: 'connection', name: 'Mail', baseUrl: 'https://mail.test', settings },
  ]);
  assert.deepEqual(placeOf({ kind: 'connection', name: 'Shop' }, '/settings/timeoutMs'), { line: 5, col: 17 });
  assert.deepEqual(placeOf({ kind: 'connection', name: 'Shop' }, '/name'), { line: 7, col: 5 });
  assert.deepEqual(placeOf({ kind: 'connection', name: 'Mail' }, '/baseUrl'), { line: 9, col: 12 });
  assert.deepEqual(placeOf({ kind: 'connection', name: 'Mail' }, '/settings'), { line: 5, col: 5 });
  const refused = (file: string, message: RegExp) =>
    assert.throws(() => readConfiguration(file, yaml), { constructor: ConfigurationFileError, message });
  refused('a: &a {}\nconnections:\n  - name: A\n    <<: 7\n', /^Line 4, column 5: "<<" needs an object or a list/);
  refused('connections:\n  - <<: [{}, &b [1]]\n', /^Line 2, column 5: "<<" needs an object or a list/);
  refused('connections:\n  - <<: *none\n', /^Line 2, column 5: "<<" needs/);
  refused('connections: [&a { name: CRM, <<: *a }]\n', /alias|itself/);
});

test('a quoted "<<" and one in JSON is a name like any other', () => {
  const fields = { kind: 'connection', name: 'CRM', settings: { '<<': 7 } };
  assert.deepEqual(readConfiguration(JSON.stringify([fields]), yaml).documents, [fields]);
  assert.deepEqual(readConfiguration('kind: connection\nname: CRM\nsettings: { "<<": 7 }\n', yaml).documents, [fields]);
});
