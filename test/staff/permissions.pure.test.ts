import { expect, test } from 'vitest';
import { networkOf } from '../../src/http/attempts.ts';
import { ACTS, mayDo, ROLES } from '../../src/staff/permissions.ts';

/** Written out by hand: every pair of role and act. */
const TABLE = `
                 author publisher admin
notice:draft     yes    yes       yes
notice:publish   no     yes       yes
draft:approve    no     yes       yes
template:write   no     yes       yes
delivery:read    yes    yes       yes
delivery:manage  no     yes       yes
audit:read       no     yes       yes
catalogue:write  no     no        yes
people:manage    no     no        yes
key:manage       no     no        yes
settings:change  no     no        yes
channel:manage   no     no        yes
regulator:read   yes    yes       yes
regulator:write  no     yes       yes
`;

const rows = TABLE.trim()
  .split('\n')
  .slice(1)
  .map((row) => row.split(/\s+/));

test('the table names every act', () => {
  expect(rows.map(([act]) => act).sort()).toEqual([...ACTS].sort());
});

for (const act of ACTS) {
  for (const [index, role] of ROLES.entries()) {
    const may = rows.find(([name]) => name === act)?.[index + 1] === 'yes';
    test(`${role} ${may ? 'may' : 'may not'} ${act}`, () => expect(mayDo(role, act)).toBe(may));
  }
}

test('a network is an IPv4 address or an IPv6 /64', () => {
  expect(networkOf('192.0.2.7')).toBe('192.0.2.7');
  expect(networkOf('::ffff:192.0.2.7')).toBe('192.0.2.7');
  expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2');
  expect(networkOf('2001:db8:0001:2::9')).toBe('2001:db8:1:2');
  expect(networkOf('::1')).toBe('0:0:0:0');
});
