import type { Desk, Name } from '../../catalogue/catalogue.ts';
import { facilityNames } from '../../catalogue/facility-names.ts';
import type { Message } from '../../errors.ts';
import { noticeUrl } from '../../notices/ground.ts';
import type { Impact } from '../../notices/impact.ts';
import type { Notice } from '../../notices/notice.ts';
import type { Posting } from '../../notices/read.ts';
import type { Measure, Picture, Report } from '../../notices/report.ts';
import { plainLines } from '../../notices/wording/markup.ts';
import {
  CAUSE_KIND_WORDS,
  CAUSE_STATE_WORDS,
  knownDate,
  MEASURE_FIELD_WORDS,
  MEASURE_STATUS_WORDS,
  PHASE_WORDS,
  symptomWords,
} from '../../notices/wording/words.ts';
import type { Block, Fact, Section } from '../../paper/blocks.ts';
import { type Instant, type Language, showDuration, showTime } from '../../time.ts';
import type { SiteContent } from '../edition/content.ts';
import { servicesNamed } from './named.ts';

/** What is handed to the press: one paper for the newest report, the same for ever under that report. */
export interface Release {
  /** As the operator numbers it, 2014-R020, or the report's own: 20140306-1-3. */
  number: string;
  title: string;
  publishedAt: Instant;
  /** Said before anything else. */
  lead: string;
  correctedFor: Block | null;
  sections: Section[];
}

export interface ReleaseGround {
  content: SiteContent;
  publicUrl: string;
  zone: string;
}

/** @throws where nothing is published. */
export function release(notice: Notice, ground: ReleaseGround, language: Language): Release {
  const report = notice.reports.at(-1);
  if (!report) throw new Error(`${notice.id} has no report`);
  return new Paper(notice, report, ground, language).release();
}

/** The number that was written down where this very report went to the press: another text must not go by it. */
export function numberOf(notice: Notice, report: Report, postings: Posting[]): string {
  const posting = postings.findLast((one) => one.surface === 'press' && one.reportNumber === report.number);
  const note = posting?.note?.trim();
  return note && /^(?=.*\d)[^\s、。]{1,40}$/.test(note) ? note : `${notice.id}-${report.number}`;
}

class Paper {
  readonly #notice: Notice;
  readonly #report: Report;
  readonly #ground: ReleaseGround;
  readonly #language: Language;

  constructor(notice: Notice, report: Report, ground: ReleaseGround, language: Language) {
    this.#notice = notice;
    this.#report = report;
    this.#ground = ground;
    this.#language = language;
  }

  release(): Release {
    const { picture, publishedAt, reason } = this.#report;
    const fault = this.#notice.kind === 'fault';
    const sections = [
      this.#section('概要', 'Summary', this.#prose(this.#report.body)),
      fault
        ? this.#section('発生日時・回復日時', 'When it began and was restored', this.#times(picture))
        : this.#section('工事の日時', 'When', this.#window(picture)),
      this.#section('影響', 'Impact', this.#effects(picture)),
      ...(fault ? [this.#section('原因', 'Cause', this.#causes(picture))] : []),
      this.#answer(picture, fault),
      this.#section('お問い合わせ', 'Contact', this.#contacts()),
    ];
    const postings = this.#ground.content.postings.get(this.#notice.id) ?? [];
    return {
      number: numberOf(this.#notice, this.#report, postings),
      title: this.#title(fault),
      publishedAt,
      lead: this.#lead(picture, fault),
      correctedFor: reason && this.#block(reason),
      sections: sections.filter((section) => section.blocks.length > 0),
    };
  }

  #title(fault: boolean): string {
    const { phase, tellsRecovery, revision, picture } = this.#report;
    const words = [PHASE_WORDS[phase]];
    if (phase === 'first' && tellsRecovery) words.push(PHASE_WORDS.recovery);
    if (revision > 0) words.push({ ja: '訂正', en: 'corrected' });
    const keys = [...new Set(picture.impacts.map((impact) => impact.service))];
    const names = keys.map((key) => this.#ground.content.names.service(key));
    const services = servicesNamed(names, this.#language);
    if (this.#language === 'ja') {
      return `${services}の${fault ? '故障' : '工事'}に関するお知らせ（${words.map((word) => word.ja).join('・')}）`;
    }
    const what = fault ? 'Fault of' : 'Planned work on';
    return `${what} ${services} (${words.map((word) => word.en.toLowerCase()).join(', ')})`;
  }

  #lead({ impacts }: Picture, fault: boolean): string {
    if (!fault) {
      return this.#say(
        '工事について、以下のとおりお知らせいたします。ご不便をおかけいたしますが、何とぞご理解くださいますようお願い申し上げます。',
        'We give notice of work as follows, and ask for our customers’ understanding.',
      );
    }
    const open = impacts.some((impact) => impact.recoveredAt === null);
    return open
      ? this.#say(
          'ご利用のお客さまにはご迷惑をおかけしておりますことを、深くおわび申し上げます。状況を以下のとおりお知らせいたします。',
          'We apologise to our customers for the trouble that this causes. The facts as we know them are as follows.',
        )
      : this.#say(
          'ご利用のお客さまにはご迷惑をおかけいたしましたことを、深くおわび申し上げます。以下のとおりご報告いたします。',
          'We apologise to our customers for the trouble that this caused. The facts are as follows.',
        );
  }

  #section(ja: string, en: string, blocks: Block[]): Section {
    return { heading: this.#say(ja, en), blocks };
  }

  /** For each service and symptom that began and ended by itself. */
  #times(picture: Picture): Block[] {
    const groups = new Map<string, Impact[]>();
    for (const impact of picture.impacts) {
      const key = `${impact.startedAt} ${impact.approximate} ${impact.recoveredAt}`;
      groups.set(key, [...(groups.get(key) ?? []), impact]);
    }
    const blocks = [...groups.values()].flatMap((group) => {
      const times = this.#timesOf(group);
      if (groups.size === 1) return times;
      const who = group.map((impact) => `${this.#service(impact)}${this.#aside(symptomWords(impact))}`);
      return [{ text: [...new Set(who)].join(this.#say('、', ', ')), item: true }, ...times];
    });
    if (picture.impacts.some((impact) => impact.recoveredAt === null)) {
      const expected = picture.expectedRecoveryAt;
      const text = expected ? this.#time(expected, true) : this.#say('確認中', 'not known yet');
      blocks.push({ label: this.#say('回復の見込み', 'Expected recovery'), text });
    }
    return blocks;
  }

  #timesOf([first]: Impact[]): Block[] {
    if (!first) return [];
    const { startedAt, approximate, recoveredAt, recoveredApproximate } = first;
    const began = { label: this.#say('発生日時', 'Began'), text: this.#time(startedAt, approximate) };
    const label = this.#say('回復日時', 'Restored');
    if (recoveredAt === null) {
      const now = this.#time(this.#report.publishedAt);
      return [began, { label, text: this.#say(`回復しておりません（${now}現在）`, `Not yet, as of ${now}`) }];
    }
    const lasted = showDuration(recoveredAt - startedAt, this.#language);
    return [
      began,
      { label, text: `${this.#time(recoveredAt, recoveredApproximate)}${this.#aside({ ja: lasted, en: lasted })}` },
    ];
  }

  #window({ planned }: Picture): Block[] {
    const { actualFrom, actualTo } = this.#notice;
    if (planned?.windows && actualTo === null) {
      const nights = planned.windows.map((one) => `${this.#time(one.from)} – ${this.#time(one.to)}`);
      return [{ label: this.#say('日程', 'Windows'), text: nights.join('\n') }];
    }
    const from = actualFrom ?? planned?.from;
    const to = actualTo ?? planned?.to;
    if (from === undefined || to === undefined) return [];
    return [
      { label: this.#say('開始', 'From'), text: this.#time(from) },
      { label: this.#say('終了', 'To'), text: this.#time(to) },
    ];
  }

  #effects(picture: Picture): Block[] {
    const { names } = this.#ground.content;
    const { impacts } = picture;
    const services = [...new Set(impacts.map((one) => `${this.#service(one)}${this.#aside(symptomWords(one))}`))];
    const codes = new Set(impacts.flatMap(({ facilities }) => (facilities === 'all' ? [] : facilities)));
    const facilities = facilityNames([...codes].map((code) => names.facility(code))).text;
    const areas = [...new Set(impacts.flatMap(({ area }) => (area ? [this.#text(area)] : [])))];
    return [
      { label: this.#say('サービス', 'Services'), text: services.join('\n') },
      ...this.#fact('対象設備', 'Equipment', codes.size > 0 ? facilities : undefined),
      ...(areas.length > 0 ? [{ label: this.#say('地域', 'Area'), text: areas.join('\n') }] : []),
      ...this.#fact('影響のないもの', 'Not affected', picture.unaffected),
      ...this.#fact('緊急通報', 'Emergency calls', picture.emergencyCalls),
      ...this.#fact('回復後の影響', 'After recovery', picture.residual),
    ];
  }

  #causes({ cause, causes }: Picture): Block[] {
    const told = (causes ?? []).map((one) => {
      const { text, ...block } = this.#block(one.text);
      const state = this.#aside(CAUSE_STATE_WORDS[one.state]);
      return { ...block, label: CAUSE_KIND_WORDS[one.kind][this.#language], text: text + state };
    });
    if (told.length > 0) return told;
    if (cause?.text) return [{ ...this.#block(cause.text), label: CAUSE_STATE_WORDS[cause.state][this.#language] }];
    return [{ text: this.#say('調査中です。', 'Under investigation.') }];
  }

  /** Those of one field that follow each other stand together, one on a line. */
  #measures(measures: Measure[]): Block[] {
    const blocks: (Fact & { lines: string[] })[] = [];
    for (const measure of measures) {
      const { text, ...block } = this.#block(measure.text);
      const label = MEASURE_FIELD_WORDS[measure.field][this.#language];
      const date = measure.date === undefined ? undefined : knownDate(measure.date);
      const status = MEASURE_STATUS_WORDS[measure.status];
      const about = date ? { ja: `${status.ja}、${date.ja}`, en: `${status.en}, ${date.en}` } : status;
      const line = `${text}${this.#aside(about)}`;
      const last = blocks.at(-1);
      if (last && last.label === label && last.lang === block.lang) last.lines.push(line);
      else blocks.push({ ...block, label, text: '', lines: [line] });
    }
    const mark = this.#say('・', '• ');
    return blocks.map(({ lines, ...block }) => ({
      ...block,
      text: lines.length > 1 ? lines.map((line) => mark + line).join('\n') : lines.join(''),
    }));
  }

  /** Measures once there are some; until then what is being done and what customers can do. */
  #answer(picture: Picture, fault: boolean): Section {
    if (picture.measures?.length) {
      return this.#section('再発防止策', 'Measures against recurrence', this.#measures(picture.measures));
    }
    const blocks = this.#fact('ご利用いただける方法', 'Meanwhile', picture.workaround);
    const open = picture.impacts.some((impact) => impact.recoveredAt === null);
    if (fault && open)
      blocks.unshift({ text: this.#say('回復に向けて作業を進めております。', 'We are working on the recovery.') });
    if (picture.nextUpdateAt) {
      blocks.push({ label: this.#say('次回のお知らせ', 'Next update'), text: this.#time(picture.nextUpdateAt) });
    }
    return this.#section('対応', 'What is being done', blocks);
  }

  #contacts(): Block[] {
    const label = this.#say('最新の情報', 'The latest');
    const url = noticeUrl(this.#ground.publicUrl, this.#notice.id);
    return [...this.#ground.content.catalogue.desks.map((desk) => this.#desk(desk)), { label, text: url }];
  }

  #desk({ name, phone, hours, url }: Desk): Block {
    const parts = [phone, hours && this.#text(hours), url].filter((part) => part !== undefined);
    return { label: this.#text(name), text: parts.join(this.#say('　', ' · ')) };
  }

  #fact(ja: string, en: string, text: Name | undefined): Block[] {
    return text ? [{ ...this.#block(text), label: this.#say(ja, en) }] : [];
  }

  #prose(text: Name): Block[] {
    const { lang } = this.#block(text);
    return plainLines(this.#text(text)).map((line) => ({
      text: line.replace(/^・/, ''),
      item: line.startsWith('・'),
      ...(lang ? { lang } : {}),
    }));
  }

  #block(text: Name): Block {
    const foreign = this.#language === 'en' && text.en === undefined;
    return { text: plainLines(this.#text(text)).join('\n'), ...(foreign ? { lang: 'ja' } : {}) };
  }

  #service(impact: Impact): string {
    return this.#text(this.#ground.content.names.service(impact.service));
  }

  #aside({ ja, en }: Message): string {
    return this.#say(`（${ja}）`, ` (${en.charAt(0).toLowerCase()}${en.slice(1)})`);
  }

  #time(at: Instant, approximate = false): string {
    return showTime(at, this.#ground.zone, this.#language, { approximate });
  }

  #text(text: Name): string {
    return this.#language === 'en' ? (text.en ?? text.ja) : text.ja;
  }

  #say(ja: string, en: string): string {
    return this.#language === 'ja' ? ja : en;
  }
}
