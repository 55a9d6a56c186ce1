import { constants } from 'node:fs';
import { access, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Finding, fail, ok, type Patient, reasonOf, warn } from './finding.ts';

const MEGABYTE = 1024 * 1024;
/** RELIABILITY B3: alarm below 500 MB or a tenth. */
const LITTLE = 500 * MEGABYTE;
const NOTHING = 64 * MEGABYTE;

/** Each folder that the server writes to: room, inodes, and whether it may. */
export async function examineDisk({ config }: Patient): Promise<Finding[]> {
  const folders = [
    config.dataDir,
    ...(config.databaseUrl.startsWith('sqlite:') ? [dirname(config.databaseUrl.slice('sqlite:'.length))] : []),
    ...(config.exportDir === undefined ? [] : [config.exportDir]),
  ];
  const found = await Promise.all([...new Set(folders.map((folder) => resolve(folder)))].map(examineFolder));
  return found.flat();
}

async function examineFolder(folder: string): Promise<Finding[]> {
  try {
    const there = await nearest(folder);
    const disk = await statfs(there);
    return [
      await writable(folder, there),
      room(folder, disk.bavail * disk.bsize, disk.blocks * disk.bsize),
      inodes(folder, disk),
    ];
  } catch (error) {
    return [fail(`${folder}: ${reasonOf(error)}`, 'Look at the folder and its disk.')];
  }
}

/** The folder itself, or the one in which the server would make it. */
async function nearest(folder: string): Promise<string> {
  try {
    await access(folder, constants.F_OK);
    return folder;
  } catch {
    return nearest(dirname(folder));
  }
}

async function writable(folder: string, there: string): Promise<Finding> {
  const file = join(there, `.shirase-doctor-${process.pid}`);
  try {
    await writeFile(file, 'may be removed\n', { flag: 'wx' });
    await rm(file);
    return ok(`${folder} can be written to`);
  } catch (error) {
    return fail(
      `${folder} cannot be written to: ${reasonOf(error)}`,
      'Look at its owner, and whether the disk is mounted read-only.',
    );
  }
}

function room(folder: string, free: number, all: number): Finding {
  const what = `${folder} has ${Math.floor(free / MEGABYTE)} MB free`;
  const next = 'Remove what is not needed, or move DATA_DIR to a larger disk.';
  if (free < NOTHING) return fail(what, next);
  return free < LITTLE || free < all / 10 ? warn(what, next) : ok(what);
}

function inodes(folder: string, { files, ffree }: { files: number; ffree: number }): Finding {
  // File systems without a fixed number of them say 0.
  if (files === 0) return ok(`${folder} has inodes as it needs them`);
  const what = `${folder} has ${ffree} inodes free`;
  return ffree < files / 20 ? warn(what, 'Remove small files that are not needed.') : ok(what);
}

/** Ten thousand readers are ten thousand open descriptors. */
const DESCRIPTORS = 20_000;

export async function examineLimits(): Promise<Finding[]> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const open = /^Max open files +(\d+)/m.exec(limits)?.[1];
  if (open === undefined) return [ok('this system tells no limits')];
  const what = `${open} open files for this shell`;
  return [
    Number(open) < DESCRIPTORS
      ? warn(what, 'Give the server LimitNOFILE=65536 (docs/samples/shirase-web.service).')
      : ok(what),
  ];
}
