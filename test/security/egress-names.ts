import type { DnsAnswer, DnsRecord, DnsScript } from '../support/dns-server.ts';

/** A name with a hostile DNS answer. `ends` is the expected result of a request to it. */
export type Name = {
  readonly mechanism: string;
  readonly host: string;
  readonly ends: 'blocked' | 'dns' | 'blocked or good';
};

const A = (value: string, more: Partial<DnsRecord> = {}): DnsRecord => ({ type: 'A', value, ...more });
const AAAA = (value: string, more: Partial<DnsRecord> = {}): DnsRecord => ({ type: 'AAAA', value, ...more });
const CNAME = (value: string, name?: string): DnsRecord => ({
  type: 'CNAME',
  value,
  ...(name === undefined ? {} : { name }),
});

/** Names that resolve to blocked addresses, and how; `good` is an allowed address. */
export function hostileNames(good: string): { names: Name[]; zone: Record<string, DnsScript> } {
  const names: Name[] = [];
  const zone: Record<string, DnsScript> = {};
  let count = 0;

  function add(mechanism: string, script: DnsScript, ends: Name['ends'] = 'blocked', label = `n${++count}`): void {
    const host = `${label}.test`;
    names.push({ mechanism: `DNS: ${mechanism}`, host, ends });
    zone[host.toLowerCase()] = script;
  }
  const records = (...all: DnsRecord[]): DnsAnswer => ({ records: all });
  const verbatim = (...all: DnsRecord[]): DnsAnswer => ({ records: all, isVerbatim: true });

  const addresses: [string, string][] = [
    ['loopback', '127.0.0.1'],
    ['another loopback address', '127.8.8.8'],
    ['private', '10.0.0.1'],
    ['shared', '100.64.0.1'],
    ['link-local', '169.254.7.7'],
    ['metadata', '169.254.169.254'],
    ['metadata in a public range', '168.63.129.16'],
    ['this network', '0.0.0.0'],
    ['documentation', '203.0.113.9'],
    ['benchmarking', '198.18.3.3'],
    ['multicast', '224.0.0.251'],
    ['broadcast', '255.255.255.255'],
  ];
  for (const [what, address] of addresses) add(`A ${what}`, records(A(address)));
  const six: [string, string][] = [
    ['loopback', '::1'],
    ['unspecified', '::'],
    ['unique local', 'fd00::9'],
    ['link-local', 'fe80::9'],
    ['site-local', 'fec0::9'],
    ['multicast', 'ff02::fb'],
    ['documentation', '2001:db8::9'],
    ['unassigned', '4000::9'],
    ['mapped', '::ffff:127.0.0.1'],
    ['mapped, public', '::ffff:8.8.8.8'],
    ['compatible', '::7f00:1'],
    ['translated', '::ffff:0:7f00:1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['local NAT64', '64:ff9b:1::7f00:1'],
    ['6to4', '2002:7f00:1::'],
    ['Teredo', '2001:0:808:808:0:0:80ff:fffe'],
    ['ISATAP', '2606:4700::5efe:7f00:1'],
    ['metadata', 'fd00:ec2::254'],
  ];
  for (const [what, address] of six) add(`AAAA ${what}`, records(AAAA(address)));

  add('the good address first', records(A(good), A('127.0.0.1')));
  add('the good address last', records(A('127.0.0.1'), A(good)));
  add('good by A, loopback by AAAA', records(A(good), AAAA('::1')));
  add('good by A, mapped by AAAA', records(A(good), AAAA('::ffff:127.0.0.1')));
  add('one blocked among thirty', records(...Array.from({ length: 30 }, () => A(good)), A('10.9.9.9')));
  add('the same blocked address twice', records(A('127.0.0.1'), A('127.0.0.1')));
  add('a CNAME to a blocked name', records(CNAME('inside.test'), A('127.0.0.1', { name: 'inside.test' })));
  const chain = ['c1.test', 'c2.test', 'c3.test', 'c4.test'];
  add(
    'a chain of CNAMEs',
    records(
      CNAME(chain[0] ?? ''),
      ...chain.slice(1).map((next, i) => CNAME(next, chain[i])),
      A('127.0.0.1', { name: 'c4.test' }),
    ),
  );
  add('a CNAME to localhost', records(CNAME('localhost'), A('127.0.0.1', { name: 'localhost' })));
  add('a CNAME out of the zone and back', records(CNAME('a.example'), A('10.1.1.1', { name: 'a.example' })));
  add(
    'a CNAME to metadata',
    records(CNAME('metadata.google.internal'), A('169.254.169.254', { name: 'metadata.google.internal' })),
  );
  add('a CNAME of AAAA alone', ({ type }) =>
    type === 'A' ? records() : records(CNAME('six.test'), AAAA('::1', { name: 'six.test' })),
  );
  add('a time to live of 0', records(A('127.0.0.1', { ttl: 0 })));
  add('a time to live of years', records(A('127.0.0.1', { ttl: 2_147_483_647 })));
  add('AAAA blocked while A fails', ({ type }) => (type === 'A' ? { code: 2 } : records(AAAA('::1'))));
  add('A blocked while AAAA fails', ({ type }) => (type === 'AAAA' ? { code: 2 } : records(A('127.0.0.1'))));
  add('records beside the answer that look good', records(A('127.0.0.1'), A(good, { section: 'additional' })));
  add(
    'good at every second question, blocked at the others',
    ({ asked }) => records(A(asked % 2 === 1 ? good : '127.0.0.1')),
    'blocked or good',
  );

  add('a name that looks like an address', records(A('127.0.0.1')), 'blocked', '127.0.0.1.nip');
  add('a name that looks like a hexadecimal number', records(A('127.0.0.1')), 'blocked', '0x7f000001');
  add('a name with an underscore', records(A('127.0.0.1')), 'blocked', '_http._tcp');
  add('a label of 63 letters', records(A('127.0.0.1')), 'blocked', 'l'.repeat(63));
  add('many labels', records(A('127.0.0.1')), 'blocked', Array.from({ length: 40 }, () => 'd').join('.'));
  add('a name in another script', records(A('127.0.0.1')), 'blocked', 'xn--bcher-kva');
  add('a name below localhost in another place', records(A('127.0.0.1')), 'blocked', 'localhost.localdomain');
  add('a name below a good one', records(A('127.0.0.1')), 'blocked', 'good.example.com');

  add(
    'a name that does not exist, with an address beside it',
    { ...records(A('127.0.0.1', { section: 'additional' })), code: 3 },
    'dns',
  );
  add('an address in the authority section alone', records(A('127.0.0.1', { section: 'authority' })), 'dns');
  add('an address beside an empty answer', records(A('127.0.0.1', { section: 'additional' })), 'dns');
  add('a CNAME that leads nowhere', records(CNAME('nowhere.test')), 'dns');
  add('no address at all', records(), 'dns');
  add('a refusal', { code: 5 }, 'dns');
  add('AAAA records for A', ({ type }) => (type === 'A' ? verbatim(AAAA('::1')) : records()), 'dns');
  return { names, zone };
}
