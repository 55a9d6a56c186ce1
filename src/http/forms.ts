import { z } from 'zod';
import { type FieldProblem, Invalid } from '../errors.ts';

/**
 * Parses input of a form or of the API. Every schema is strict or strips what it does not know; every wrong field is named,
 * with a sentence that says what would be right.
 * @throws Invalid
 */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  throw new Invalid(result.error.issues.flatMap(problemsOf));
}

function problemsOf(issue: z.core.$ZodIssue): FieldProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: [...issue.path, key].join('.') || '(body)',
      ja: 'この項目は使えません。',
      en: 'This field is not known.',
    }));
  }
  if (issue.code === 'invalid_union') {
    // Of several ways to say it, the one whose kind fits says what is wrong: a text's `ja`, not "not a string".
    const otherKind = (inner: z.core.$ZodIssue) =>
      inner.path.length === 0 && (inner.code === 'invalid_type' || inner.code === 'invalid_value');
    const meant = issue.errors.find((errors) => !errors.some(otherKind));
    if (meant) return meant.flatMap((inner) => problemsOf({ ...inner, path: [...issue.path, ...inner.path] }));
  }
  return [{ field: issue.path.join('.') || '(body)', ...sentence(issue) }];
}

function sentence(issue: z.core.$ZodIssue): { ja: string; en: string } {
  const own = custom(issue);
  if (own) return own;
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined || issue.input === null
        ? { ja: '入力してください。', en: 'This is required.' }
        : { ja: '形式が正しくありません。', en: `This must be of type ${issue.expected}.` };
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array') {
        return Number(issue.minimum) <= 1
          ? { ja: '入力してください。', en: 'This is required.' }
          : { ja: `${issue.minimum}文字以上で入力してください。`, en: `Enter at least ${issue.minimum} characters.` };
      }
      return { ja: `${issue.minimum}以上にしてください。`, en: `This must be ${issue.minimum} or more.` };
    case 'too_big':
      return issue.origin === 'string'
        ? { ja: `${issue.maximum}文字以内で入力してください。`, en: `Enter at most ${issue.maximum} characters.` }
        : { ja: `${issue.maximum}以下にしてください。`, en: `This must be ${issue.maximum} or less.` };
    case 'invalid_value':
      return {
        ja: '次のいずれかを選んでください: '.concat(issue.values.map(String).join(', ')),
        en: `Choose one of: ${issue.values.map(String).join(', ')}`,
      };
    default:
      return { ja: '形式が正しくありません。', en: 'This has the wrong form.' };
  }
}

/** A schema's own sentence: `refine(…, { params: sentence('…', '…') })`. */
export function sentenceFor(ja: string, en: string): { params: { ja: string; en: string } } {
  return { params: { ja, en } };
}

function custom(issue: z.core.$ZodIssue): { ja: string; en: string } | undefined {
  if (issue.code !== 'custom') return undefined;
  const params = issue.params as { ja?: string; en?: string } | undefined;
  return params?.ja && params.en ? { ja: params.ja, en: params.en } : undefined;
}

/** Control characters have no business in text; CR and LF not in one-line text, where they could begin a mail header. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u2028\u2029]/;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** One line of text: a title, a name. Trimmed, 1 to `max` characters. */
export function line(max: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine(
      (text) => !/[\r\n\t]/.test(text),
      sentenceFor('改行を入れずに1行で入力してください。', 'Enter this on one line.'),
    )
    .refine(
      (text) => isClean(text),
      sentenceFor('使えない文字（制御文字）が含まれています。', 'This contains control characters.'),
    );
}

/** Text of several lines. Line ends become LF. */
export function prose(max: number) {
  return z
    .string()
    .transform((text) => text.replace(/\r\n?/g, '\n').trim())
    .pipe(
      z
        .string()
        .min(1)
        .max(max)
        .refine(
          (text) => isClean(text),
          sentenceFor('使えない文字（制御文字）が含まれています。', 'This contains control characters.'),
        ),
    );
}

function isClean(text: string): boolean {
  return !CONTROL.test(text) && !LONE_SURROGATE.test(text);
}
