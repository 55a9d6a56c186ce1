import { NATIONWIDE, type Place, PREFECTURES, REGIONS } from './prefectures.ts';

/** An area by prefectures: whole ones, parts of some, and what is left out. Numbers of JIS X 0401. */
export interface AreaByPrefecture {
  prefectures?: 'all' | string[] | undefined;
  partly?: string[] | undefined;
  except?: string[] | undefined;
}

/** Such an area in words, in both languages, as in 東京都、千葉県の一部（沖縄県を除く）. */
export function areaInWords({ prefectures = [], partly = [], except = [] }: AreaByPrefecture): Place {
  const whole = prefectures === 'all' ? [NATIONWIDE] : placesOf(prefectures);
  const places = [...whole, ...placesOf(partly).map(partOf)];
  return sentence(places, placesOf(except));
}

/**
 * English for an area in Japanese that names nothing but the whole country, regions and prefectures, parts of them, and what is left
 * out: 全国（沖縄県を除く）, 東京、千葉県の一部. Undefined where anything else is said, which is for people to translate.
 */
export function areaInEnglish(ja: string): string | undefined {
  const found = /^([^()]+)(?:\(([^()]+)を除く\))?$/.exec(ja.normalize('NFKC').trim());
  const places = found?.[1] === undefined ? undefined : placesIn(found[1]);
  const except = found?.[2] === undefined ? [] : placesIn(found[2]);
  return places && except ? sentence(places, except).en : undefined;
}

function sentence(places: Place[], except: Place[]): Place {
  const out = { ja: except.map(({ ja }) => ja).join('、'), en: except.map(({ en }) => en).join(', ') };
  const en = places.map((place) => place.en).join(', ');
  return {
    ja: places.map(({ ja }) => ja).join('、') + (out.ja && `（${out.ja}を除く）`),
    en: en.charAt(0).toUpperCase() + en.slice(1) + (out.en && ` (except ${out.en})`),
  };
}

const placesOf = (codes: string[]): Place[] => codes.flatMap((code) => PREFECTURES.get(code) ?? []);

const partOf = ({ ja, en }: Place): Place => ({ ja: `${ja}の一部`, en: `parts of ${en}` });

/** By every name that people write for it. */
const BY_NAME = new Map<string, Place>([
  [NATIONWIDE.ja, NATIONWIDE],
  ...REGIONS.flatMap((place) => ['', '地方', 'エリア'].map((end): [string, Place] => [place.ja + end, place])),
  ...[...PREFECTURES.values()].flatMap((place): [string, Place][] => [
    [place.ja, place],
    [place.ja.replace(/(?<!北海)[都府県道]$/, ''), place],
  ]),
]);

function placesIn(words: string): Place[] | undefined {
  const places: Place[] = [];
  for (const word of words.split(/[、,・\s]+|および|及び|ならびに/).filter((one) => one !== '')) {
    const bare = word.replace(/の?一部(?:地域|の地域|エリア)?$/, '');
    const place = BY_NAME.get(bare);
    if (!place) return undefined;
    places.push(
      bare === word ? place : place === NATIONWIDE ? { ja: word, en: 'parts of the country' } : partOf(place),
    );
  }
  return places.length > 0 ? places : undefined;
}
