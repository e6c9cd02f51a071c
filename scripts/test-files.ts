import { globSync } from 'node:fs';

/**
 * Groups of tests that share one process: related rooms, the HTTP server, whole flows, one threat, the console.
 * Starting a process and loading the program takes longer than most tests. The longest groups come first.
 */
export const together: Readonly<Record<string, string>> = {
  'test/together/console-1.ts': 'test/console/{a*,e*,u*,wo*}.test.ts',
  'test/together/console-2.ts': 'test/console/{[b-d]*,t*}.test.ts',
  'test/together/console-3.ts': 'test/console/{[h-r]*,s*,wa*}.test.ts',
  'test/together/faults-2.ts': 'test/faults/[i-z]*.test.ts',
  'test/together/flows-2.ts': 'test/e2e/[m-z]*.test.ts',
  'test/together/storage.ts': 'src/{accounts,audit,catalog,issues,journal,notes,postgres,requests,sqlite}/**/*.test.ts',
  'test/together/flows-1.ts': 'test/e2e/[a-l]*.test.ts',
  'test/together/security.ts':
    'test/security/{canary,escalation,http-*,old-secrets,password-resets,rights-matrix,se*,si*,supply-chain}.test.ts',
  'test/together/faults-1.ts': 'test/faults/[a-h]*.test.ts',
  'test/together/sandbox.ts': '{src/sandbox/**/*,test/security/sandbox-[b-z]*}.test.ts',
  'test/together/ways-out.ts': '{src/egress/**/*,test/security/egress-*}.test.ts',
  'test/together/pipeline.ts': 'src/{ownership,pipeline,watch}/**/*.test.ts',
  'test/together/rooms.ts':
    'src/{alerts,async,cli,client,compute,config,connections,console,contract,destinations,identity,rules,secrets,telemetry,template}/**/*.test.ts',
  'test/together/api.ts': 'src/{api,http,intake}/**/*.test.ts',
  'test/together/checkout.ts': '{src,test}/*.test.ts',
};

/** Test files in a group's folder that need a process of their own: they take long, wait, or disturb others on purpose. */
const alone = /e2e\/demo|journey-order|model|simulation|attacks|kill|idle-memory/;

/** The files of a group. */
export function groupFiles(group: string): string[] {
  return globSync(together[group] ?? [])
    .filter((path) => !alone.test(path))
    .sort();
}

/** All test processes to run; each test is in one of them. Long ones come first, so that none is left at the end. */
export function testFiles(): string[] {
  const groups = Object.keys(together);
  const grouped = new Set(groups.flatMap(groupFiles));
  const single = globSync(['src/**/*.test.ts', 'test/**/*.test.ts']).filter((path) => !grouped.has(path));
  const isLong = (group: string) => group.includes('console');
  return [...groups.filter(isLong), ...single.sort(), ...groups.filter((group) => !isLong(group))];
}
