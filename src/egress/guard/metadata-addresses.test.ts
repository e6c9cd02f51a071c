import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMetadataAddress, isMetadataName, parseAddress } from './special-ranges.ts';

test('metadata services are recognised by address, IPv4 and IPv6, and by name', () => {
  const isKnown = (text: string) => {
    const address = parseAddress(text);
    assert.ok(address, text);
    return isMetadataAddress(address);
  };
  const addresses = '169.254.169.254 169.254.170.2 100.100.100.200 168.63.129.16 fd00:ec2::254 fd00:c1::a9fe:a9fe';
  for (const text of addresses.split(' ')) assert.ok(isKnown(text), text);
  assert.equal(isKnown('169.254.169.253'), false);
  const names = 'metadata.google.internal metadata.goog instance-data.us-west-2.compute.internal metadata.packet.net';
  for (const name of names.split(' ')) assert.ok(isMetadataName(name), name);
  assert.equal(isMetadataName('metadata.example.com'), false);
});
