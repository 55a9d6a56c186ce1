import type { Message } from '../../errors.ts';
import { parse } from '../../http/forms.ts';
import type { Fields } from '../../notices/form/form-reader.ts';
import type { Notice } from '../../notices/notice.ts';
import { type FormShape, fieldsFrom, parseForm, readForm } from '../forms.ts';
import { symptomsOf } from './assess.ts';
import { type Facts, factsInput } from './facts.ts';

const SHAPE: FormShape = {
  time: /\.(from|to)$/,
  number: /\.(value|usersUnderEquipment)$/,
  tick: /\.(critical|allTrafficDown)$/,
  needs: { users: 'value', publicUsers: 'value', wholesale: 'role' },
};

/** What the form shows: as saved, with a row for each impact where no symptom has been entered. */
export function factsFields(notice: Notice, facts: Facts, zone: string): Fields {
  const symptoms = symptomsOf(notice, facts);
  const fields = fieldsFrom({ ...facts, symptoms }, SHAPE, zone);
  return { ...fields, 'symptoms.rows': String(symptoms.length) };
}

/** @throws Invalid naming the form's fields. */
export function readFacts(fields: Fields, zone: string): Facts {
  const facts = Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'version'));
  return parseForm(readForm(facts, SHAPE, zone), (body) => parse(factsInput, body));
}

const MOST_SYMPTOMS = 40;

export function symptomRows(fields: Fields): number {
  const asked = Number.parseInt(fields['symptoms.rows'] ?? '', 10);
  return Math.min(MOST_SYMPTOMS, Math.max(1, Number.isNaN(asked) ? 1 : asked));
}

const LABELS: Record<string, Message> = {
  kind: { ja: '報告の種類', en: 'Kind' },
  place: { ja: '発生場所', en: 'Place' },
  regions: { ja: '影響地域', en: 'Area' },
  causeClass: { ja: '原因の分類', en: 'Class of cause' },
  causeOccurrence: { ja: '発生の原因', en: 'Why it happened' },
  causeSpread: { ja: '大規模化の原因', en: 'Why it spread' },
  causeProlongation: { ja: '長期化の原因', en: 'Why it lasted' },
  causeWithheld: { ja: '原因を公表しない理由', en: 'Why the cause is withheld' },
  equipment: { ja: '故障した設備の種類', en: 'Kind of failed equipment' },
  equipmentName: { ja: '故障した設備', en: 'Failed equipment' },
  diagram: { ja: '機器構成図', en: 'Diagram of the equipment' },
  wholesale: { ja: '卸の関係', en: 'Wholesale' },
  secrecy: { ja: '通信の秘密', en: 'Secrecy of communications' },
  standards: { ja: '関連する基準・規程', en: 'Standards and rules' },
  trend: { ja: '関連する事故の発生傾向', en: 'Trend of such accidents' },
  publicityNote: { ja: '情報周知の補足', en: 'Note on publicity' },
  equipmentManager: { ja: '電気通信設備統括管理者', en: 'Equipment manager' },
  chiefEngineer: { ja: '電気通信主任技術者', en: 'Chief engineer' },
  responsible: { ja: '記載責任者', en: 'Responsible for this report' },
};

/** What a field of the form is called: 事象2. */
export function factsLabel(field: string): Message {
  const [name = '', row = ''] = field.split('.');
  if (name === 'symptoms') return { ja: `事象${Number(row) + 1}`, en: `Symptom ${Number(row) + 1}` };
  return LABELS[name] ?? { ja: '', en: '' };
}
