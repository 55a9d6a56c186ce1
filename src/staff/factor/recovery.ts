import { randomInt } from 'node:crypto';
import { hashToken } from '../../http/sessions.ts';

/** Crockford's: nothing that looks like something else. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const HOW_MANY = 10;
const GROUPS = 6;

/** 120 bits each: enough to be kept under a fast hash (ASVS 6.5.2). They are shown once. */
export function newRecoveryCodes(): string[] {
  const group = () => Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return Array.from({ length: HOW_MANY }, () => Array.from({ length: GROUPS }, group).join('-'));
}

/** However it was typed: spaces, hyphens, small letters, O for 0, I and L for 1. */
export function hashRecoveryCode(staffId: string, typed: string): string {
  const plain = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
  return hashToken(`recovery:${staffId}:${plain}`);
}
