import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

/** Biome formats and lints the plain rules; this file adds only the rules that need types. */
export default tseslint.config(
  { ignores: ['dist', 'coverage', 'data', 'public', 'node_modules'] },
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // What people send must not be able to hold the only thread: no pattern may try the same text in exponentially or
    // polynomially many ways (ASVS 1.3.12). What is searched for from each place anew is quadratic and bounded by the length of inputs.
    files: ['src/**/*.ts'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'nodemailer/lib/smtp-connection', message: 'Mail leaves through src/mail/relay only.' },
            { name: 'better-sqlite3', message: 'The database is opened in src/db only.' },
            { name: 'pg', message: 'The database is opened in src/db only.' },
            { name: 'node:child_process', message: 'The server starts no processes.' },
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'CallExpression > Literal[value=/^(not )?in$/] + :matches(Identifier, CallExpression[callee.property.name=/^(map|slice|filter)$/])',
          message: 'A list of any length is given to a statement by evenly() (src/db/asking.ts).',
        },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'The environment is read in src/config.ts only.' },
        { object: 'Date', property: 'now', message: 'Take the time from the clock you were given (src/time.ts).' },
      ],
    },
  },
  {
    files: ['src/mail/relay/smtp-line.ts', 'src/mail/relay/smtp-probe.ts', 'src/db/**/*.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    files: ['src/config.ts', 'src/main.ts', 'src/time.ts', 'src/cli/shirase.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
);
