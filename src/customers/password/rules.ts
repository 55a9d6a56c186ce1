import type { Message } from '../../errors.ts';

/** ASVS 6.2: long enough, nothing else is prescribed, and nothing is cut off. */
const SHORTEST = 8;
const LONGEST = 128;

/** What everybody tries first. Compared without regard to case; digits at the end count for nothing. */
const COMMON = new Set(
  `password passw0rd p@ssword p@ssw0rd passwort qwerty qwertyuiop qwerty123 asdfghjkl asdfgh zxcvbnm 1q2w3e4r 1qaz2wsx qazwsx iloveyou
sunshine princess welcome letmein football baseball superman batman dragon monkey shadow master trustno1 starwars whatever computer
internet mailmail mail email emailpassword sakura sakurasakura hanako taro nippon japan tokyo osaka konnichiwa arigato doraemon pikachu
pokemon changeme administrator admin administrator guest default secret secretsecret abcdefgh abcdefghi abcabcabc abcd1234 aaaaaaaa
testtest testing test1234 hellohello passpass mypassword newpassword nopassword himitsu angou`
    .split(/\s+/)
    .map(bare),
);

/** What is wrong with a new password, or undefined. `names` are what stands around the account: its login, mailboxes, the operator. */
export function passwordProblem(password: string, names: readonly string[]): Message | undefined {
  const text = password.normalize('NFKC');
  const length = [...text].length;
  if (length < SHORTEST) {
    return { ja: `${SHORTEST}文字以上にしてください。`, en: `Use at least ${SHORTEST} characters.` };
  }
  if (length > LONGEST) return { ja: `${LONGEST}文字以内にしてください。`, en: `Use at most ${LONGEST} characters.` };
  const bareText = bare(text);
  if (isRow(text) || bareText.length < 3 || COMMON.has(bareText) || isRow(bareText)) {
    return {
      ja: 'よく使われていて推測されやすいパスワードです。別のものにしてください。',
      en: 'Many people use this password, so it is easily guessed. Please choose another one.',
    };
  }
  const around = names.flatMap((name) => [name, ...name.split('@')]).map(bare);
  if (around.some((name) => name.length >= 3 && name === bareText)) {
    return {
      ja: 'ログイン名やメールアドレス、会社名と同じパスワードは使えません。別のものにしてください。',
      en: 'Please do not use your login, mail address or our name as your password.',
    };
  }
  return undefined;
}

function bare(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\d\s!?.,_-]+$/, '');
}

/** One character over and over, or 12345678, 87654321, abcdefgh. */
function isRow(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  return [0, 1, -1].some((step) => codes.every((code, at) => at === 0 || code - (codes[at - 1] ?? 0) === step));
}
