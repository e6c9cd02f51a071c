import {
  type Description,
  type Operation,
  parametersOf,
  responsesOf,
} from '../../src/contract/openapi/openapi-document.ts';
import { literal, pythonType, snakeCase } from './python-models.ts';

/** A Python class with a method for each operation of a document. */
export function pythonOperations(document: Description): string {
  const written: string[] = [];
  const methods = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => methodOf(method, path, operation, document, written)),
  );
  const types = written.length === 0 ? '' : `${written.join('\n\n')}\n\n`;
  return `"""The operations of the API, made from its OpenAPI document by npm run clients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NotRequired, TypedDict

from .models import *  # noqa: F403
from .stream import StreamMessage

${types}class Operations:
    def _call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: Any = None,
        returns: str = "json",
    ) -> Any:
        raise NotImplementedError

${methods.join('\n')}`;
}

function methodOf(
  method: string,
  path: string,
  operation: Operation,
  description: Description,
  written: string[],
): string {
  const { operationId, requestBody } = operation;
  const all = parametersOf(operation, description);
  const title = operationId.charAt(0).toUpperCase() + operationId.slice(1);
  const typed = all.map((one) => ({
    ...one,
    argument: snakeCase(one.name),
    type: pythonType(one.schema, `${title}${one.name}`, written),
  }));
  const [body] = Object.values(requestBody?.content ?? {});
  const bodyType = body === undefined ? null : pythonType(body.schema, `${title}Body`, written);
  const isNeeded = requestBody?.required === true;
  const inPath = typed.filter((one) => one.in === 'path');
  const others = typed.filter((one) => one.in !== 'path');
  const signature = [
    'self',
    ...inPath.map(({ argument }) => `${argument}: str`),
    ...(bodyType === null ? [] : [isNeeded ? `body: ${bodyType}` : `body: ${bodyType} | None = None`]),
    ...(others.length > 0 ? ['*'] : []),
    ...others.map(({ argument, type, required }) =>
      required ? `${argument}: ${type}` : `${argument}: ${type} | None = None`,
    ),
  ];
  const dict = (kind: string) =>
    typed
      .filter((one) => one.in === kind)
      .map(({ name, argument }) => `${literal(name)}: ${argument}`)
      .join(', ');
  const { type, content } = successOf(operation, description);
  const parsed = Object.values(content)[0];
  const results: { [type: string]: string } = { bytes: 'bytes', str: 'str', stream: 'Iterator[StreamMessage]' };
  const result =
    parsed === undefined ? 'None' : (results[type] ?? pythonType(parsed.schema, `${title}Result`, written));
  const parts = [
    literal(method.toUpperCase()),
    literal(path),
    ...(inPath.length > 0 ? [`params={${dict('path')}}`] : []),
    ...(typed.some((one) => one.in === 'query') ? [`query={${dict('query')}}`] : []),
    ...(typed.some((one) => one.in === 'header') ? [`headers={${dict('header')}}`] : []),
    ...(bodyType === null ? [] : ['body=body']),
    `returns=${literal(parsed === undefined ? 'none' : type)}`,
  ];
  return `    def ${snakeCase(operationId)}(${signature.join(', ')}) -> ${result}:
        """${String(operation['summary']).replaceAll('\\', '\\\\').replaceAll('"""', "'''")}."""
        ${result === 'None' ? '' : `_result: ${result} = `}self._call(${parts.join(', ')})
${result === 'None' ? '' : '        return _result\n'}`;
}

const mediaTypes: readonly (readonly [RegExp, string])[] = [
  [/json$/, 'json'],
  [/^image\//, 'bytes'],
  [/^text\/event-stream$/, 'stream'],
];

/** The content of the response of success, and how Python reads it. */
function successOf(operation: Operation, description: Description) {
  const found = Object.entries(responsesOf(operation, description)).filter(([status]) => status.startsWith('2'));
  const content = found.map(([, one]) => one.content ?? {}).find((one) => Object.keys(one).length > 0) ?? {};
  const [media = ''] = Object.keys(content);
  return { type: mediaTypes.find(([pattern]) => pattern.test(media))?.[1] ?? 'str', content };
}
