/** Names in both languages. */
export interface Place {
  ja: string;
  en: string;
}

/** The 47 prefectures by their number in JIS X 0401. */
export const PREFECTURES: ReadonlyMap<string, Place> = new Map(
  [
    ['北海道', 'Hokkaido'],
    ['青森県', 'Aomori'],
    ['岩手県', 'Iwate'],
    ['宮城県', 'Miyagi'],
    ['秋田県', 'Akita'],
    ['山形県', 'Yamagata'],
    ['福島県', 'Fukushima'],
    ['茨城県', 'Ibaraki'],
    ['栃木県', 'Tochigi'],
    ['群馬県', 'Gunma'],
    ['埼玉県', 'Saitama'],
    ['千葉県', 'Chiba'],
    ['東京都', 'Tokyo'],
    ['神奈川県', 'Kanagawa'],
    ['新潟県', 'Niigata'],
    ['富山県', 'Toyama'],
    ['石川県', 'Ishikawa'],
    ['福井県', 'Fukui'],
    ['山梨県', 'Yamanashi'],
    ['長野県', 'Nagano'],
    ['岐阜県', 'Gifu'],
    ['静岡県', 'Shizuoka'],
    ['愛知県', 'Aichi'],
    ['三重県', 'Mie'],
    ['滋賀県', 'Shiga'],
    ['京都府', 'Kyoto'],
    ['大阪府', 'Osaka'],
    ['兵庫県', 'Hyogo'],
    ['奈良県', 'Nara'],
    ['和歌山県', 'Wakayama'],
    ['鳥取県', 'Tottori'],
    ['島根県', 'Shimane'],
    ['岡山県', 'Okayama'],
    ['広島県', 'Hiroshima'],
    ['山口県', 'Yamaguchi'],
    ['徳島県', 'Tokushima'],
    ['香川県', 'Kagawa'],
    ['愛媛県', 'Ehime'],
    ['高知県', 'Kochi'],
    ['福岡県', 'Fukuoka'],
    ['佐賀県', 'Saga'],
    ['長崎県', 'Nagasaki'],
    ['熊本県', 'Kumamoto'],
    ['大分県', 'Oita'],
    ['宮崎県', 'Miyazaki'],
    ['鹿児島県', 'Kagoshima'],
    ['沖縄県', 'Okinawa'],
  ].map(([ja = '', en = ''], index) => [String(index + 1).padStart(2, '0'), { ja, en }]),
);

export const NATIONWIDE: Place = { ja: '全国', en: 'Nationwide' };

/** Larger than a prefecture, as people say it; 地方 or エリア may follow. */
export const REGIONS: readonly Place[] = [
  { ja: '東北', en: 'the Tohoku region' },
  { ja: '関東', en: 'the Kanto region' },
  { ja: '甲信越', en: 'the Koshinetsu region' },
  { ja: '北陸', en: 'the Hokuriku region' },
  { ja: '東海', en: 'the Tokai region' },
  { ja: '中部', en: 'the Chubu region' },
  { ja: '近畿', en: 'the Kinki region' },
  { ja: '関西', en: 'the Kansai region' },
  { ja: '中国地方', en: 'the Chugoku region' },
  { ja: '四国', en: 'Shikoku' },
  { ja: '九州', en: 'Kyushu' },
  { ja: '東日本', en: 'eastern Japan' },
  { ja: '西日本', en: 'western Japan' },
];
