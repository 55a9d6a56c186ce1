import { ChannelCaller } from '../../src/site/channels/call.ts';
import { addChannel, type ChannelGround } from '../../src/site/channels/channels.ts';
import { spreadPublications } from '../../src/site/channels/spread.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { changeSettings } from '../../src/staff/settings.ts';
import { startSite } from './site.ts';

/** A site whose publications go to channels when `tell` is called, as a courier does every second. Calls may go inside. */
export async function startTeller(options: Parameters<typeof startSite>[0] = {}) {
  const site = await startSite(options);
  const { app, db, clock, ground } = site;
  await changeSettings(db, clock, SYSTEM, { outboundAllow: ['127.0.0.1'], warnMail: ['noc@operator.example'] });
  const channels: ChannelGround = { ...ground, edition: app.edition };
  const caller = new ChannelCaller({ ...ground, random: () => 0.5, warn: (error) => failures.push(error) });
  const failures: unknown[] = [];
  const spread = async () => {
    await app.edition.refresh();
    await spreadPublications({ ...ground, edition: app.edition });
  };
  return {
    ...site,
    ...{ channels, caller, failures, spread },
    add: (input: object) => addChannel(channels, SYSTEM, { name: 'N', ...input }),
    tell: async () => {
      await spread();
      await caller.drain();
    },
  };
}
