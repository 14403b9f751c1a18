import { expect, test } from 'vitest';
import { callerAddress, originOf, webSocketOf } from '../../../server/receivers/origin-rules.ts';

const plain = { host: '10.0.0.5:8080', forwardedScheme: undefined, isEncrypted: false, publicUrl: undefined };

test.each([
  ['plain HTTP as dialled', plain, 'ws://10.0.0.5:8080/mqtt'],
  ['a proxy that ends TLS', { ...plain, forwardedScheme: 'https' }, 'wss://10.0.0.5:8080/mqtt'],
  ['TLS of our own', { ...plain, isEncrypted: true }, 'wss://10.0.0.5:8080/mqtt'],
  ['the public address', { ...plain, host: 'loa.example.vn', publicUrl: 'https://loa.example.vn' }, 'wss://loa.example.vn/mqtt'],
  ['another host than the public one', { ...plain, publicUrl: 'https://loa.example.vn' }, 'ws://10.0.0.5:8080/mqtt'],
])('%s', (_name, asked, url) => expect(webSocketOf(originOf(asked), '/mqtt')).toBe(url));

test('the caller is who came to the outermost of our proxies, whatever the caller made up before that', () => {
  const forged = '1.1.1.1, 203.0.113.7, 10.0.0.2';
  expect(callerAddress('10.0.0.3', forged, 0)).toBe('10.0.0.3');
  expect(callerAddress('10.0.0.3', forged, 1)).toBe('10.0.0.2');
  expect(callerAddress('10.0.0.3', forged, 2)).toBe('203.0.113.7');
  expect(callerAddress('10.0.0.3', undefined, 2)).toBe('10.0.0.3');
});
