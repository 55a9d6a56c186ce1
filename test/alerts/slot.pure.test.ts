import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Scope } from '../../src/alerts/scope.ts';
import { type Addressee, reserveFor, type Slot, slotFor, slotOfHeir } from '../../src/alerts/slot.ts';

function on(...facilities: string[]): Addressee {
  return {
    scope: 'mine',
    services: [],
    mailboxes: facilities.map((facility) => ({
      address: `user@m${facility}.example`,
      facility,
      facilityName: { ja: facility, en: null },
      service: 'mail',
    })),
  };
}

const units = (...facilities: string[]): Scope => ({ service: 'mail', facilities });
const taken = (...slots: Slot[]) => new Set(slots);

describe('the slot that a report takes for one address', () => {
  test('the first report takes slot 1 for those on the named server and nothing for others', () => {
    const reach = { purpose: 'first' as const, all: [units('051', '121')], open: [units('051', '121')] };
    expect(slotFor(on('121'), reach, taken(), 3)).toBe(1);
    expect(slotFor(on('062'), reach, taken(), 3)).toBeNull();
    expect(slotFor({ ...on('062'), scope: 'all' }, reach, taken(), 3)).toBe(1);
    expect(slotFor({ ...on('062'), scope: 'services', services: ['mail'] }, reach, taken(), 3)).toBe(1);
    expect(slotFor({ ...on('121'), scope: 'services', services: ['web'] }, reach, taken(), 3)).toBeNull();
  });

  test('a second notice of the same root fault sends no second first report', () => {
    const reach = { purpose: 'first' as const, all: [units('121')], open: [units('121')] };
    expect(slotFor(on('121'), reach, taken(1), 3)).toBeNull();
  });

  test('a fault of all of the webmail concerns everybody with a mailbox of the mail it is part of', () => {
    const webmail: Scope = { service: 'webmail', facilities: 'all', partOf: 'mail' };
    expect(slotFor(on('142'), { purpose: 'first', all: [webmail], open: [webmail] }, taken(), 3)).toBe(1);
    const oneUnit: Scope = { service: 'webmail', facilities: ['w1'], partOf: 'mail' };
    expect(slotFor(on('142'), { purpose: 'first', all: [oneUnit], open: [oneUnit] }, taken(), 3)).toBeNull();
  });

  test('an update takes the one free slot, once', () => {
    const reach = { purpose: 'update' as const, all: [units('121')], open: [units('121')] };
    expect(slotFor(on('121'), reach, taken(1), 3)).toBe(3);
    expect(slotFor(on('121'), reach, taken(1, 3), 3)).toBeNull();
  });

  test('an update that names a server for the first time is its first word', () => {
    const reach = { purpose: 'update' as const, all: [units('051'), units('121')], open: [units('121')] };
    expect(slotFor(on('121'), reach, taken(), 3)).toBe(1);
  });

  test('recovery goes to those whose own server works again, the others wait for their own', () => {
    const reach = { purpose: 'recovery' as const, all: [units('051', '121')], open: [units('121')] };
    expect(slotFor(on('051'), reach, taken(1), 3)).toBe(2);
    expect(slotFor(on('121'), reach, taken(1), 3)).toBeNull();
    expect(slotFor(on('051', '121'), reach, taken(1), 3)).toBeNull();
    expect(slotFor(on('121'), { ...reach, open: [] }, taken(1), 3)).toBe(2);
    expect(slotFor(on('051'), { ...reach, open: [] }, taken(1, 2), 3)).toBeNull();
  });

  test('a webmail fault that goes on does not hold back the recovery of the mail server', () => {
    const webmail: Scope = { service: 'webmail', facilities: 'all', partOf: 'mail' };
    expect(slotFor(on('121'), { purpose: 'recovery', all: [units('121')], open: [webmail] }, taken(1), 3)).toBe(2);
  });

  test('delay cleared takes the last slot after recovery, and recovery’s own where only a delay was told', () => {
    const reach = { purpose: 'delay_cleared' as const, all: [units('121')], open: [] };
    expect(slotFor(on('121'), reach, taken(1, 2), 3)).toBe(3);
    expect(slotFor(on('121'), reach, taken(1), 3)).toBe(2);
    expect(slotFor(on('121'), reach, taken(1, 2, 3), 3)).toBeNull();
  });

  test('a smaller limit leaves out the later slots', () => {
    const recovery = { purpose: 'recovery' as const, all: [units('121')], open: [] };
    expect(slotFor(on('121'), recovery, taken(1), 1)).toBeNull();
    expect(slotFor(on('121'), { ...recovery, purpose: 'last_word' }, taken(1, 2), 2)).toBeNull();
  });

  test('whatever is published in whatever order, no address gets more than the limit and recovery stays possible', () => {
    const purposes = fc.constantFrom('first', 'update', 'delay_cleared', 'last_word' as const);
    fc.assert(
      fc.property(fc.array(purposes, { maxLength: 30 }), fc.integer({ min: 1, max: 3 }), (sequence, limit) => {
        const used = new Set<Slot>();
        // delay_cleared with the server still broken never takes recovery's slot
        for (const purpose of sequence) {
          const slot = slotFor(on('121'), { purpose, all: [units('121')], open: [units('121')] }, used, limit);
          if (slot !== null) used.add(slot);
        }
        expect(used.size).toBeLessThanOrEqual(limit);
        expect(used.has(2)).toBe(false);
        if (limit >= 2) {
          expect(slotFor(on('121'), { purpose: 'recovery', all: [units('121')], open: [] }, used, limit)).toBe(2);
        }
      }),
    );
  });
});

describe('what must be left of the tickets for others', () => {
  test('one for recovery until it was handed over', () => {
    expect(reserveFor(1, false, 3)).toBe(1);
    expect(reserveFor(3, false, 3)).toBe(1);
    expect(reserveFor(3, true, 3)).toBe(0);
    expect(reserveFor(2, false, 3)).toBe(0);
  });

  test('none where one mail is all there is', () => {
    expect(reserveFor(1, false, 1)).toBe(0);
  });
});

describe('the slot of what replaces text that waits', () => {
  test('is its own, or that of the older text where it is mailed to nobody anew', () => {
    expect(slotOfHeir(2, [1], false, taken(), 3)).toBe(2);
    expect(slotOfHeir(null, [1], true, taken(), 3)).toBe(1);
    expect(slotOfHeir(null, [3], false, taken(1, 2), 3)).toBe(3);
  });

  test('is recovery’s where recovery has not arrived, whatever it would have had by itself', () => {
    for (const own of [null, 1, 2, 3] as const) expect(slotOfHeir(own, [2], false, taken(1), 3)).toBe(2);
  });

  test('is not recovery’s where the address is broken again: the true recovery is still to come', () => {
    expect(slotOfHeir(3, [2], true, taken(1), 3)).toBe(3);
    expect(slotOfHeir(null, [2], true, taken(1), 3)).toBe(3);
    expect(slotOfHeir(null, [2], true, taken(), 3)).toBe(1);
  });
});
