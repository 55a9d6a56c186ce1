/**
 * The few failures that are expected. Each says what the reader can do next, in both languages.
 * Status codes belong to http/errors.ts.
 */

/** One sentence in both languages. Japanese is the original; English may be missing only in what staff wrote. */
export interface Message {
  ja: string;
  en: string;
}

/** One wrong item of an input. `field` is the name in the form or the path in the JSON body (`impacts.0.service`). */
export interface FieldProblem extends Message {
  field: string;
}

/** Why somebody is refused: the heading of his page, and what else he should know. */
export interface Refusal extends Message {
  more?: Message;
}

abstract class ExpectedFailure extends Error {
  readonly text: Refusal;
  constructor(text: Refusal) {
    super(text.en);
    this.name = new.target.name;
    this.text = text;
  }
}

/** The input is wrong: every wrong field at once, never only the first. */
export class Invalid extends ExpectedFailure {
  readonly problems: FieldProblem[];
  constructor(
    problems: FieldProblem[],
    text: Message = { ja: '入力内容をご確認ください。', en: 'Please check what you entered.' },
  ) {
    super(text);
    this.problems = problems;
  }
}

export class NotFound extends ExpectedFailure {
  constructor(text: Message = { ja: 'お探しのページは見つかりませんでした。', en: 'This page could not be found.' }) {
    super(text);
  }
}

/** Nobody is signed in, or the key is unknown. */
export class NotSignedIn extends ExpectedFailure {
  constructor(text: Message = { ja: 'サインインしてください。', en: 'Please sign in.' }) {
    super(text);
  }
}

/** Signed in, but the role asks for a second factor that is not set up yet. */
export class NotEnrolled extends ExpectedFailure {
  constructor() {
    super({
      ja: 'この操作の前に、2段階認証を設定してください。',
      en: 'Set up the second step of signing in before you do this.',
    });
  }
}

/** Signed in, but not allowed to do this. */
export class Forbidden extends ExpectedFailure {
  constructor(text: Message = { ja: 'この操作をする権限がありません。', en: 'You are not allowed to do this.' }) {
    super(text);
  }
}

/** A form of ours whose token is another session's: he signed in anew meanwhile. What he typed may be shown to him again. */
export class StaleForm extends Forbidden {}

/** Somebody else was faster, or the same key came with another body. */
export class Conflict extends ExpectedFailure {}

/** Too much at once. `retryAfterSeconds` is already jittered. */
export class Busy extends ExpectedFailure {
  readonly retryAfterSeconds: number;
  constructor(retryAfterSeconds: number, text: Refusal) {
    super(text);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Whether this is one of the failures above. */
export function isExpected(error: unknown): error is ExpectedFailure {
  return error instanceof ExpectedFailure;
}
