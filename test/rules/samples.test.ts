import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { filesBelow, textOf } from './source.ts';

const samples = filesBelow('docs/samples');
const ALERTS = textOf('docs/samples/prometheus-alerts.yml');
const BOARD = textOf('docs/samples/grafana-board.json');

/** As Metrics makes them: gauges under their prefix, the others by their whole name. */
const made = [
  ...[...textOf('src/metrics/metrics.ts').matchAll(/gauge\('(\w+)'/g)].map((match) => `shirase_${match[1]}`),
  ...[...textOf('src/metrics/metrics.ts').matchAll(/name: '(shirase_\w+)'/g)].map((match) => match[1] ?? ''),
];

test('alerts and board ask for numbers that there are', () => {
  const asked = [...`${ALERTS}${BOARD}`.matchAll(/shirase_\w+/g)].map((match) =>
    match[0].replace(/_(bucket|count|sum)$/, ''),
  );
  expect([...new Set(asked)].filter((name) => !made.includes(name))).toEqual([]);
  expect(new Set(asked).size).toBeGreaterThan(10);
  expect(made.length).toBeGreaterThan(14);
});

test('every alert has a condition, says how urgent it is, and what has happened', () => {
  const alerts = ALERTS.split(/^ {6}- alert: /m).slice(1);
  expect(alerts.length).toBeGreaterThan(8);
  for (const alert of alerts) {
    expect(alert).toMatch(/^ {8}expr: \S/m);
    expect(alert).toMatch(/^ {8}labels: \{ severity: (page|warn) \}$/m);
    expect(alert).toMatch(/^ {10}summary: (["']).+\1$/m);
  }
});

test('the board is one that Grafana takes: panels with places of their own, each with a question', () => {
  const { panels, uid } = JSON.parse(BOARD) as {
    uid: string;
    panels: { id: number; title: string; gridPos: { x: number; y: number }; targets: { expr: string }[] }[];
  };
  expect(uid).toBe('shirase');
  expect(new Set(panels.map(({ gridPos }) => `${gridPos.x} ${gridPos.y}`)).size).toBe(panels.length);
  expect(panels.every(({ title, targets }) => title !== '' && targets.every(({ expr }) => expr !== ''))).toBe(true);
});

test('services and container start the program as npm start does, in a form that SIGTERM reaches', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: { start: string } };
  const [, variable, flags] = /^exec env (\S+) node (.*)$/.exec(scripts.start) ?? [];
  for (const unit of ['shirase-web.service', 'shirase-courier.service']) {
    expect(textOf(`docs/samples/${unit}`)).toContain(`ExecStart=/usr/bin/node ${flags}\n`);
    expect(textOf(`docs/samples/${unit}`)).toMatch(new RegExp(`^Environment=.* ${variable}$`, 'm'));
  }
  const command = JSON.stringify(['node', ...(flags?.split(' ') ?? [])]).replaceAll(',', ', ');
  expect(textOf('docs/samples/Dockerfile')).toContain(`CMD ${command}\n`);
  expect(textOf('docs/samples/Dockerfile')).toMatch(new RegExp(`^ENV .*${variable} `, 'm'));
});

test.runIf(existsSync('/usr/bin/systemd-analyze'))('systemd understands the units', () => {
  const units = samples.filter((path) => /\.(service|timer)$/.test(path)).map((path) => join(packageRoot, path));
  const { stderr } = spawnSync('systemd-analyze', ['verify', ...units], { encoding: 'utf8' });
  // What a machine without node in /usr/bin or without our folders says is of the machine and not of the unit.
  const said = stderr
    .split('\n')
    .filter((line) => line.includes('shirase') && !/not executable|does not exist/.test(line));
  expect(said).toEqual([]);
  expect(units.length).toBe(4);
});
