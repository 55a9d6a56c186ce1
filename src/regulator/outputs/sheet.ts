import type { CatalogueNames, Name } from '../../catalogue/catalogue.ts';
import { inLanguage, recoveredAt } from '../../notices/notice.ts';
import type { Posting } from '../../notices/read.ts';
import type { Measure } from '../../notices/report.ts';
import {
  CAUSE_KIND_WORDS,
  CAUSE_STATE_WORDS,
  MEASURE_STATUS_WORDS,
  MEASURE_TERM_WORDS,
  PHASE_WORDS,
} from '../../notices/wording/words.ts';
import type { Block, Section } from '../../paper/blocks.ts';
import { type Instant, type Language, MINUTE, showDate, showDuration, showTime } from '../../time.ts';
import type { Accident } from '../accidents.ts';
import { criteria } from '../criteria/rules.ts';
import { categoryWords, verdictWords } from '../criteria/words.ts';
import type { AssessedSymptom } from '../facts/assess.ts';
import {
  ACCIDENT_KIND_WORDS,
  CAUSE_CLASS_WORDS,
  EFFECT_WORDS,
  figureWords,
  SECRECY_WORDS,
  UNKNOWN,
  WHOLESALE_WORDS,
} from '../facts/words.ts';
import { CHANNEL_WORDS, DIRECTION_WORDS, type InquiryTotals } from '../inquiries/inquiry.ts';

/** What a sheet is made of beside the accident itself. */
export interface SheetGround {
  operator: { ja: string; en: string };
  zone: string;
  names: CatalogueNames;
  postings: Posting[];
  /** What a surface is called. */
  surface: (key: string) => { ja: string; en?: string | undefined };
  inquiries: InquiryTotals;
  measures: Measure[];
  /** Titles of what is attached to the notice. */
  drawings: { ja: string; en?: string | undefined }[];
}

/** One language of an accident sheet, in the order of the ministry's sheets. What is not known says so. */
export interface Sheet {
  title: string;
  sections: Section[];
}

export function accidentSheet(accident: Accident, ground: SheetGround, language: Language): Sheet {
  return new Writer(accident, ground, language).sheet();
}

class Writer {
  readonly #accident: Accident;
  readonly #ground: SheetGround;
  readonly #language: Language;

  constructor(accident: Accident, ground: SheetGround, language: Language) {
    this.#accident = accident;
    this.#ground = ground;
    this.#language = language;
  }

  sheet(): Sheet {
    const sections: [string, string, Block[]][] = [
      ['事故の概要', 'The accident', this.#summary()],
      ['継続時間と影響利用者数', 'Duration and affected users', this.#symptoms().map((one) => this.#extent(one))],
      ['影響地域と問合せ件数', 'Area and inquiries', this.#reach()],
      ['障害の内容', 'What happened', this.#symptoms().map((one) => this.#content(one))],
      ['該当する役務の区分', 'Category of service', this.#category()],
      ['発生原因', 'Causes', this.#causes()],
      ['機器構成図', 'Diagram of the equipment', this.#diagram()],
      ['再発防止策', 'Measures', this.#measures()],
      ['情報周知', 'Publicity', this.#publicity()],
      ['そのほか', 'Other items', this.#others()],
    ];
    return {
      title: inLanguage(this.#accident.notice.title, this.#language),
      sections: sections.map(([ja, en, blocks]) => ({ heading: this.#say(ja, en), blocks })),
    };
  }

  #summary(): Block[] {
    const { notice, saved } = this.#accident;
    const end = recoveredAt(notice);
    return [
      this.#fact('事業者名', 'Operator', this.#ground.operator[this.#language]),
      this.#fact('番号', 'Number', notice.id),
      this.#fact('発生日時', 'Occurred', this.#time(notice.occurredAt, notice.occurredApproximate)),
      this.#fact('認知日時', 'Recognised', notice.recognisedAt === null ? null : this.#time(notice.recognisedAt)),
      this.#fact(
        '復旧日時',
        'Recovered',
        end === null ? this.#say('復旧していません', 'Not recovered') : this.#time(end),
      ),
      this.#fact('発生場所', 'Place', saved.facts.place),
      this.#fact('報告の種類', 'Kind', ACCIDENT_KIND_WORDS[saved.facts.kind][this.#language]),
    ];
  }

  #symptoms(): AssessedSymptom[] {
    return this.#accident.assessment.symptoms;
  }

  #extent(one: AssessedSymptom): Block {
    const { facts } = one;
    const until = one.to === null ? this.#say('継続中', 'ongoing') : this.#time(one.to);
    const lines = [
      `${showDuration(one.minutes * MINUTE, this.#language)}${this.#aside(`${this.#time(one.from)} – ${until}`)}`,
      `${this.#say('影響利用者数', 'Users')}: ${one.reported ? figureWords(one.reported, this.#language) : UNKNOWN[this.#language]}`,
    ];
    if (facts.usersUnderEquipment !== null) {
      const whole = facts.usersUnderEquipment.toLocaleString('en');
      lines.push(this.#say(`故障した設備の全利用者数: ${whole}`, `All users under the equipment: ${whole}`));
    }
    if (facts.basis) lines.push(`${this.#say('数え方', 'Counted by')}: ${facts.basis}`);
    if (one.publicly) {
      lines.push(`${this.#say('公表した数', 'As told in public')}: ${figureWords(one.publicly, this.#language)}`);
      const why = facts.differs ?? UNKNOWN[this.#language];
      lines.push(`${this.#say('公表した数と異なる理由', 'Why it differs')}: ${why}`);
    }
    if (facts.reference) lines.push(this.#reference(facts.reference, facts.referenceNote));
    return { label: this.#name(one), text: lines.join('\n') };
  }

  #reference({ from, to }: { from: Instant; to: Instant | null }, note: string | null): string {
    const length = to === null ? '' : showDuration(to - from, this.#language);
    const until = to === null ? this.#say('継続中', 'ongoing') : this.#time(to);
    return `${this.#say('参考', 'For reference')}: ${length}${this.#aside(`${this.#time(from)} – ${until}`)}${note ? ` ${note}` : ''}`;
  }

  #reach(): Block[] {
    const { facts } = this.#accident.saved;
    const areas = [...new Set(this.#accident.notice.impacts.flatMap(({ area }) => (area ? [this.#text(area)] : [])))];
    return [
      this.#fact('影響地域', 'Area', facts.regions ?? (areas.length > 0 ? areas.join(this.#say('、', ', ')) : null)),
      this.#fact('問合せ件数', 'Inquiries', this.#inquiries()),
    ];
  }

  #inquiries(): string | null {
    const { received, asOf, counted } = this.#ground.inquiries;
    if (asOf === null) return null;
    const total = received.toLocaleString('en');
    const split = counted.filter((one) => counted.length > 1 || one.desk !== '' || one.direction === 'out');
    return [
      this.#say(`${total}件（${this.#time(asOf)}時点）`, `${total} (as of ${this.#time(asOf)})`),
      ...split.map((one) => {
        const what = [
          one.desk,
          CHANNEL_WORDS[one.channel][this.#language],
          DIRECTION_WORDS[one.direction][this.#language],
        ];
        return `${what.filter((part) => part !== '').join(' ')}: ${one.count.toLocaleString('en')}`;
      }),
    ].join('\n');
  }

  #content(one: AssessedSymptom): Block {
    const effect = EFFECT_WORDS[one.facts.effect][this.#language];
    return { label: this.#name(one), text: `${effect}${one.facts.description ? `\n${one.facts.description}` : ''}` };
  }

  #category(): Block[] {
    const { verdict } = this.#accident.assessment;
    return [
      this.#fact('判定', 'Verdict', verdict && verdictWords(verdict)[this.#language]),
      ...this.#symptoms().map((one) => {
        const { category } = one.verdict;
        const words = `${categoryWords(category)[this.#language]} ${category.item === null ? '' : category.name[this.#language]}`;
        return { label: this.#name(one), text: `${words.trim()}\n${verdictWords(one.verdict)[this.#language]}` };
      }),
    ];
  }

  #causes(): Block[] {
    const { notice, saved } = this.#accident;
    const { facts } = saved;
    const told = notice.reports.findLast((report) => (report.picture.causes ?? []).length > 0)?.picture.causes ?? [];
    const kinds = [
      ['occurrence', facts.causeOccurrence],
      ['spread', facts.causeSpread],
      ['prolongation', facts.causeProlongation],
    ] as const;
    const blocks = kinds.flatMap(([kind, own]): Block[] => {
      const public_ = told
        .filter((cause) => cause.kind === kind)
        .map((cause) => `${this.#text(cause.text)}${this.#aside(CAUSE_STATE_WORDS[cause.state][this.#language])}`);
      const text = own ?? (public_.length > 0 ? public_.join('\n') : null);
      if (text === null && kind !== 'occurrence') return [];
      return [{ label: CAUSE_KIND_WORDS[kind][this.#language], text: text ?? UNKNOWN[this.#language] }];
    });
    const equipment =
      facts.equipment && (criteria().equipment.get(facts.equipment)?.[this.#language] ?? facts.equipment);
    return [
      this.#fact(
        '原因の分類',
        'Class of cause',
        facts.causeClass && CAUSE_CLASS_WORDS[facts.causeClass][this.#language],
      ),
      ...blocks,
      this.#fact(
        '故障した設備',
        'Failed equipment',
        [equipment, facts.equipmentName].filter(Boolean).join(' ') || null,
      ),
      ...(facts.causeWithheld
        ? [this.#fact('公表しない理由', 'Why it is not told in public', facts.causeWithheld)]
        : []),
    ];
  }

  #diagram(): Block[] {
    const drawings = this.#ground.drawings.map((one) => this.#text(one));
    const text = [this.#accident.saved.facts.diagram, ...drawings].filter(Boolean).join('\n');
    return [{ text: text === '' ? UNKNOWN[this.#language] : text }];
  }

  #measures(): Block[] {
    const { measures } = this.#ground;
    if (measures.length === 0) return [{ text: this.#say('検討中', 'Being considered') }];
    return measures.map((measure) => ({
      label: [
        measure.term && MEASURE_TERM_WORDS[measure.term][this.#language],
        MEASURE_STATUS_WORDS[measure.status][this.#language],
        measure.date,
      ]
        .filter(Boolean)
        .join(' '),
      text: this.#text(measure.text),
    }));
  }

  #publicity(): Block[] {
    const { notice, saved } = this.#accident;
    const posted = this.#ground.postings.map((posting) => {
      const report = notice.reports.find((one) => one.number === posting.reportNumber);
      const phase = report ? PHASE_WORDS[report.phase][this.#language] : '';
      const number = this.#say(`第${posting.reportNumber}報`, `Report ${posting.reportNumber}`);
      return {
        label: this.#text(this.#ground.surface(posting.surface)),
        text: `${number} ${phase} ${this.#posted(posting)}${posting.note ? ` ${posting.note}` : ''}`,
      };
    });
    const note = saved.facts.publicityNote;
    if (posted.length === 0 && !note)
      return [{ text: this.#say('掲載の記録はありません。', 'No posting is recorded.') }];
    return [...posted, ...(note ? [{ text: note }] : [])];
  }

  /** No more exact than it is known; minutes only where the minute is. */
  #posted({ known, postedAt, approximate }: Posting): string {
    if (known === 'nothing') return this.#say('時刻の記録なし', 'time not recorded');
    if (known === 'day') return showDate(postedAt, this.#ground.zone, this.#language);
    return `${this.#time(postedAt, approximate)}\n${this.#since(postedAt)}`;
  }

  /** Both clocks: the guideline counts from occurrence, the promise of 2014 from recognition. */
  #since(at: Instant): string {
    const { occurredAt, recognisedAt } = this.#accident.notice;
    const minutes = (from: Instant) => Math.round((at - from) / MINUTE).toLocaleString('en');
    const occurred = this.#say(`発生から${minutes(occurredAt)}分`, `${minutes(occurredAt)} min after it occurred`);
    if (recognisedAt === null) return occurred;
    const recognised = this.#say(
      `認知から${minutes(recognisedAt)}分`,
      `${minutes(recognisedAt)} min after it was recognised`,
    );
    return `${occurred}${this.#say('、', ', ')}${recognised}`;
  }

  #others(): Block[] {
    const { facts } = this.#accident.saved;
    const { wholesale } = facts;
    const role = wholesale && WHOLESALE_WORDS[wholesale.role][this.#language];
    return [
      this.#fact('卸の関係', 'Wholesale', role && [role, wholesale.partners].filter(Boolean).join(' ')),
      this.#fact('通信の秘密', 'Secrecy', facts.secrecy && SECRECY_WORDS[facts.secrecy][this.#language]),
      this.#fact('関連する基準・規程', 'Standards and rules', facts.standards),
      this.#fact('関連する事故の発生傾向', 'Trend', facts.trend),
      this.#fact('電気通信設備統括管理者', 'Equipment manager', facts.equipmentManager),
      this.#fact('電気通信主任技術者', 'Chief engineer', facts.chiefEngineer),
      this.#fact('記載責任者', 'Responsible', facts.responsible),
    ];
  }

  #name(one: AssessedSymptom): string {
    const service: Name | null = one.impact && this.#ground.names.service(one.impact.service);
    return `${one.key} ${one.facts.service ?? (service ? this.#text(service) : '')}`.trim();
  }

  #fact(ja: string, en: string, text: string | null): Block {
    return { label: this.#say(ja, en), text: text ?? UNKNOWN[this.#language] };
  }

  #time(at: Instant, approximate = false): string {
    return showTime(at, this.#ground.zone, this.#language, { approximate });
  }

  #text(text: { ja: string; en?: string | undefined }): string {
    return inLanguage(text, this.#language);
  }

  /** In brackets, as each language writes them. */
  #aside(text: string): string {
    return this.#say(`（${text}）`, ` (${text})`);
  }

  #say(ja: string, en: string): string {
    return this.#language === 'ja' ? ja : en;
  }
}
