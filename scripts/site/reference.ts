import { terms, docs as words } from '../../src/console/messages/en.ts';
import { curlOf, type Operation, operationsIn } from '../../src/console/pages/docs/operations.ts';
import { type Field, fieldsOf, type Schemas, typeOf } from '../../src/console/pages/docs/schema.ts';
import type { Description } from '../../src/contract/openapi/openapi-document.ts';
import { tagDescriptions } from '../../src/contract/openapi/tag-descriptions.ts';
import { escaped } from '../docs-plugin.ts';

const server = 'http://127.0.0.1:8787';

/** The reference of the API, from its OpenAPI document: each operation with its rights, fields and cURL command. */
export function referenceHtml(description: Description): string {
  const { groups, schemas } = operationsIn(description, '');
  const manners = words.api.mannersText.map((text) => `<li>${escaped(text)}</li>`).join('\n');
  const tags = groups.map(
    ([tag, operations]) => `<h2 id="${tag}">${escaped(tag)}</h2>
<p>${escaped(tagDescriptions[tag] ?? '')}</p>
${operations.map((one) => operationHtml(one, schemas)).join('\n')}`,
  );
  return `<p>${escaped(words.api.lead)}. <a href="openapi.json">${words.api.machine}</a></p>
<ul>
${manners}
</ul>
${tags.join('\n')}`;
}

function operationHtml(operation: Operation, schemas: Schemas): string {
  const { operationId, method, path, summary, parameters, body, answer, status, security } = operation;
  const { api } = words;
  const rights = operation['x-right'] ?? [];
  const access = rights.length === 0 ? api.signedIn : api.rights(rights.join(', '));
  const sections: [title: string, fields: readonly Field[]][] = [
    [
      api.parameters,
      parameters.map(({ name, in: place, required, schema }) => ({
        name,
        type: `${typeOf(schema, schemas)} (${api.inPlace[place]})`,
        isRequired: required === true,
        fields: [],
      })),
    ],
    [terms.body, body === null ? [] : fieldsOf(body, schemas)],
    [api.answer(status), answer === null ? [] : fieldsOf(answer, schemas)],
  ];
  const shown = sections.filter(([, fields]) => fields.length > 0);
  return `<details class="operation" id="${operationId}">
<summary><b>${method}</b> <code>${escaped(path)}</code> <span>${escaped(summary)}</span></summary>
<p>${escaped(security?.length === 0 ? api.public : access)}</p>
${shown.map(([title, fields]) => `<h3>${escaped(title)}</h3>\n${fieldsHtml(fields)}`).join('\n')}
<h3>${api.curl}</h3>
<pre tabindex="0"><code>${escaped(curlOf(operation, schemas, server))}</code></pre>
</details>`;
}

function fieldsHtml(fields: readonly Field[]): string {
  const items = fields.map(({ name, type, isRequired, fields: inner }) => {
    const required = isRequired ? ` <em>${words.api.required}</em>` : '';
    const line = `${name === '' ? '' : `<code>${escaped(name)}</code> `}${escaped(type)}${required}`;
    if (inner.length === 0) return `<li>${line}</li>`;
    if (name === '') return `<li>${line}${fieldsHtml(inner)}</li>`;
    return `<li><details><summary>${line}</summary>${fieldsHtml(inner)}</details></li>`;
  });
  return `<ul class="fields">${items.join('')}</ul>`;
}
