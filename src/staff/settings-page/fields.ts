import { z } from 'zod';
import type { FieldProblem } from '../../errors.ts';
import type { SettingLabel } from './labels.ts';

/** How a setting is typed, read off its schema: numbers, yes or no, one of several, several of several, lines, text. */
export type FieldKind =
  | { kind: 'number'; min: number | null; max: number | null }
  | { kind: 'check' }
  | { kind: 'choice'; options: string[] }
  | { kind: 'list'; options: string[] }
  | { kind: 'lines' }
  | { kind: 'text' | 'time' | 'url' };

/** @throws Error where a setting is of a kind that no form can ask for. */
export function fieldKind(schema: z.ZodType, label: Pick<SettingLabel, 'as'>): FieldKind {
  if (schema instanceof z.ZodDefault) return fieldKind(schema.unwrap() as z.ZodType, label);
  if (schema instanceof z.ZodNumber) return { kind: 'number', min: schema.minValue, max: schema.maxValue };
  if (schema instanceof z.ZodBoolean) return { kind: 'check' };
  if (schema instanceof z.ZodEnum) return { kind: 'choice', options: schema.options.map(String) };
  if (schema instanceof z.ZodArray) {
    const { element } = schema;
    return element instanceof z.ZodEnum ? { kind: 'list', options: element.options.map(String) } : { kind: 'lines' };
  }
  if (schema instanceof z.ZodString || schema instanceof z.ZodURL) return { kind: label.as ?? 'text' };
  throw new Error(`no form can ask for a setting of the kind ${schema.def.type}`);
}

/** A setting's value as its field shows it. Of a list to tick, the ticked ones by lines. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return value.join('\n');
  if (typeof value === 'boolean') return value ? 'on' : '';
  return String(value);
}

type Body = Record<string, unknown>;

/** What was typed, word for word, as `shown` would show it. */
export function typed(key: string, field: FieldKind, body: Body): string {
  const given = body[key];
  if (field.kind === 'list') return field.options.filter((option) => body[`${key}.${option}`] === 'on').join('\n');
  const text = typeof given === 'string' ? given.replace(/\r\n?/g, '\n') : '';
  return field.kind === 'lines' ? text : text.trim();
}

/** The value that was meant; what is no number at all is named here, everything else by the setting's schema. */
export function meant(key: string, field: FieldKind, text: string, problems: FieldProblem[]): unknown {
  if (field.kind === 'check') return text === 'on';
  if (field.kind === 'list' || field.kind === 'lines') {
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  }
  if (field.kind !== 'number') return text.normalize(field.kind === 'time' ? 'NFKC' : 'NFC');
  const plain = text.normalize('NFKC');
  if (/^-?\d{1,9}$/.test(plain)) return Number(plain);
  const [min, max] = [field.min ?? 0, field.max ?? 999_999_999];
  problems.push({
    field: key,
    ja: `${min}から${max}までの数字で入力してください。`,
    en: `Enter a number from ${min} to ${max}.`,
  });
  return undefined;
}
