import fc from 'fast-check';
import { expect, test } from 'vitest';
import { engine } from '../support/database.ts';
import { seeded } from '../support/seed.ts';
import { DEEDS, type Deed, mailedTo, takeFile } from './owner-deeds.ts';
import { Town } from './owners.ts';

/** So many, and what is rare has come about. Who lives them is the same on both engines: on the slower one it is enough that some are. */
const ENOUGH = 120;
/** `npm run drill:owners` lives a hundred thousand; that takes an hour or two. RELIABILITY S2. */
const HISTORIES = Number(process.env.DRILL_HISTORIES ?? (engine === 'postgres' ? 40 : ENOUGH));
/** On one server; the next ones have their own. What earlier ones leave behind makes each a little slower. */
const OF_ONE_TOWN = 50;
const TOWNS = Math.ceil(HISTORIES / OF_ONE_TOWN);
const { seed } = seeded();
/** What came of all deeds, of all towns. */
const came = new Map<string, number>();

const OFTEN: [Deed['do'], number][] = [
  ...(['ask', 'open', 'set'] as const).map((name): [Deed['do'], number] => [name, 6]),
  ['signIn', 6],
  ...(['change', 'register', 'confirm', 'wait'] as const).map((name): [Deed['do'], number] => [name, 3]),
  ...(['take', 'endOne', 'removeAddress', 'freeze', 'repair'] as const).map((name): [Deed['do'], number] => [name, 2]),
  ...(['askInVain', 'answer', 'signOut', 'endOthers', 'breakDown', 'restart'] as const).map(
    (name): [Deed['do'], number] => [name, 1],
  ),
];

const deed: fc.Arbitrary<Deed> = fc.record({
  do: fc.oneof(...OFTEN.map(([name, weight]) => ({ weight, arbitrary: fc.constant(name) }))),
  ...{ by: fc.nat(2), who: fc.nat(29), n: fc.nat(23) },
});

/** So many people, and what is done by them, to them and around them. */
const history = fc.record({
  people: fc.integer({ min: 3, max: 5 }),
  deeds: fc.array(deed, { minLength: 5, maxLength: 30, size: 'max' }),
});

/** Lives it from a fresh street on. @returns what came of each deed. */
async function live(town: Town, { people, deeds }: { people: number; deeds: Deed[] }): Promise<string[]> {
  await town.begin(people);
  await takeFile(town);
  await town.check({ what: 'begin' });
  const outcomes: string[] = [];
  const begun: Deed[] = [0, 1].map((n) => ({ do: 'signIn', by: n, who: n, n: 1 }));
  for (const one of [...begun, ...deeds]) {
    const outcome = await DEEDS[one.do](town, one);
    await town.check(outcome);
    for (const mail of await town.readMails()) mailedTo(mail, outcome);
    outcomes.push(outcome.what);
  }
  return outcomes;
}

test.for(Array.from({ length: TOWNS }, (_, n) => seed + n))(
  'whatever three to five people do to each other’s accounts, only the link’s own is changed (seed %i)',
  async (own) => {
    const town = await Town.build();
    const counts = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(history, async (one) => {
        for (const what of await live(town, one)) counts.set(what, (counts.get(what) ?? 0) + 1);
      }),
      { seed: own, numRuns: Math.min(HISTORIES, OF_ONE_TOWN) },
    );
    console.log(`owners drill, DRILL_SEED=${own}: ${JSON.stringify(Object.fromEntries([...counts].sort()))}`);
    for (const [what, count] of counts) came.set(what, (came.get(what) ?? 0) + count);
  },
);

test.runIf(HISTORIES >= ENOUGH)('and what is rare has come about, too', () => {
  for (const rare of ['set', 'set 410', 'set 422', 'change', 'sign in', 'freeze', 'go', 'confirm 200', 'end one 404'])
    expect(came.get(rare), rare).toBeGreaterThan(0);
});
