import { describe, expect, it } from 'vitest';
import { normaliseText } from '../../../server/rendering/normalise-text-rules.ts';

/** Written → spoken, each with nothing left unknown. */
const SAYABLE: Record<string, [string, string][]> = {
  'what a voice reads wrong when it gets the raw text': [
    ['19/12/2022', 'ngày mười chín tháng mười hai năm hai nghìn không trăm hai mươi hai'],
    ['05:29', 'năm giờ hai mươi chín phút'],
    ['60%', 'sáu mươi phần trăm'],
    ['UBND', 'ủy ban nhân dân'],
    ['CĐS / DVC / HĐND / NĐ-CP', 'chuyển đổi số, dịch vụ công, hội đồng nhân dân, nghị định chính phủ'],
    ['1.350/KH-UBND', 'một nghìn ba trăm năm mươi kế hoạch ủy ban nhân dân'],
    ['1.250.000 đồng', 'một triệu hai trăm năm mươi nghìn đồng'],
    ['1.350.000đ', 'một triệu ba trăm năm mươi nghìn đồng'],
    ['3,5 ha', 'ba phẩy năm héc ta'],
    ['12h30, 7h', 'mười hai giờ ba mươi phút, bảy giờ'],
    ['0912 345 678', 'không chín một hai, ba bốn năm, sáu bảy tám'],
    ['8-10 tấn', 'tám đến mười tấn'],
    [
      '105, 1005, 2022, 24, 25',
      'một trăm linh năm, một nghìn không trăm linh năm, hai nghìn không trăm hai mươi hai, hai mươi tư, hai mươi lăm',
    ],
    ['15/01', 'ngày mười lăm tháng một'],
    ['TP. Vĩnh Long, Q.1', 'thành phố Vĩnh Long, quận một'],
    ['BHYT, wifi, Facebook, COVID-19, VNeID', 'bảo hiểm y tế, oai phai, phây búc, cô vít mười chín, vi en i đi'],
    ['km/h, 30°C, 100m2, QL1A, thôn IV', 'ki lô mét trên giờ, ba mươi độ xê, một trăm mét vuông, quốc lộ một a, thôn bốn'],
    ['nhân dân'.normalize('NFD'), 'nhân dân'],
  ],
  numbers: [
    ['0', 'không'],
    ['4 xã, 14 ấp, 21 tổ, 15 hộ', 'bốn xã, mười bốn ấp, hai mươi mốt tổ, mười lăm hộ'],
    ['104', 'một trăm linh bốn'],
    ['0,05', 'không phẩy không năm'],
    ['3,25', 'ba phẩy hai mươi lăm'],
    ['12,345', 'mười hai phẩy ba bốn năm'],
    ['1.234,56 %', 'một nghìn hai trăm ba mươi tư phẩy năm mươi sáu phần trăm'],
    ['1,250,000', 'một triệu hai trăm năm mươi nghìn'],
    ['1 250 000 đồng', 'một triệu hai trăm năm mươi nghìn đồng'],
    ['5 100 người', 'năm nghìn một trăm người'],
    ['tổ 5 200 hộ', 'tổ năm, hai trăm hộ'],
    ['3.5 ha', 'ba phẩy năm héc ta'],
    ['mục 2.1', 'mục hai chấm một'],
    ['-5°C; nhiệt độ −2,5 °C', 'âm năm độ xê; nhiệt độ âm hai phẩy năm độ xê'],
    ['02 (hai) bản', 'hai bản'],
    ['1.500.000 đồng (một triệu năm trăm ngàn đồng)', 'một triệu năm trăm nghìn đồng'],
    ['Mẫu số 01', 'Mẫu số không một'],
    ['3x4 m', 'ba nhân bốn mét'],
    ['１２ và ٣ và ½', 'mười hai và ba và một phần hai'],
    ['>= 18 tuổi, ± 5', 'lớn hơn hoặc bằng mười tám tuổi, cộng trừ năm'],
  ],
  'shares and ratios': [
    ['2/3 số hộ', 'hai phần ba số hộ'],
    ['1/2', 'một phần hai'],
    ['3/4 dân số', 'ba phần tư dân số'],
    ['tỷ lệ 1/1000', 'tỷ lệ một trên một nghìn'],
    ['bản đồ tỷ lệ 1/10.000', 'bản đồ tỷ lệ một trên mười nghìn'],
    ['12/15 ấp', 'mười hai trên mười lăm ấp'],
    ['24/24 giờ', 'hai mươi tư trên hai mươi tư giờ'],
    ['31/13/2022', 'ba mươi mốt trên mười ba trên hai nghìn không trăm hai mươi hai'],
  ],
  dates: [
    ['ngày 19-12-2022', 'ngày mười chín tháng mười hai năm hai nghìn không trăm hai mươi hai'],
    ['ngày 5/9', 'ngày năm tháng chín'],
    ['ngày 04/4', 'ngày bốn tháng tư'],
    ['mùng 10/3 âm lịch', 'mùng mười tháng ba âm lịch'],
    ['ngày 05, 06/9/2024', 'ngày năm, ngày sáu tháng chín năm hai nghìn không trăm hai mươi tư'],
    ['tháng 10/2026', 'tháng mười năm hai nghìn không trăm hai mươi sáu'],
    ['10/2026', 'tháng mười năm hai nghìn không trăm hai mươi sáu'],
    ['số 12/2026', 'số mười hai năm hai nghìn không trăm hai mươi sáu'],
    ['quý III/2026', 'quý ba năm hai nghìn không trăm hai mươi sáu'],
    ['tháng 4, tháng 1', 'tháng tư, tháng một'],
    ['năm 2022', 'năm hai nghìn không trăm hai mươi hai'],
    ['số nhà 12/5, đường 30/4', 'số nhà mười hai trên năm, đường ba mươi tháng tư'],
    ['dịp 2/9', 'dịp ngày hai tháng chín'],
    ['ngày 30/4 - 1/5', 'ngày ba mươi tháng tư đến ngày một tháng năm'],
    ['ngày 20-11', 'ngày hai mươi tháng mười một'],
    ['ngày 5-7', 'ngày năm đến bảy'],
    ['15–20/11', 'ngày mười lăm đến hai mươi tháng mười một'],
    ['tháng 10-12/2026', 'tháng mười đến tháng mười hai năm hai nghìn không trăm hai mươi sáu'],
  ],
  times: [
    [
      'từ 7h30 đến 11h ngày 25/11/2026',
      'từ bảy giờ ba mươi phút đến mười một giờ ngày hai mươi lăm tháng mười một năm hai nghìn không trăm hai mươi sáu',
    ],
    ['17g00', 'mười bảy giờ'],
    ['lúc 7g; 5g muối', 'lúc bảy giờ; năm gam muối'],
    ['5 h sáng', 'năm giờ sáng'],
    ['7 giờ', 'bảy giờ'],
    ['08 giờ 05 phút', 'tám giờ năm phút'],
    ['17 giờ 00 ngày 30/6', 'mười bảy giờ ngày ba mươi tháng sáu'],
    ['7h-9h', 'bảy giờ đến chín giờ'],
    ['7h30 – 11h', 'bảy giờ ba mươi phút đến mười một giờ'],
    ['05:29:30', 'năm giờ hai mươi chín phút ba mươi giây'],
    ["30'", 'ba mươi phút'],
    ['trong 48h', 'trong bốn mươi tám giờ'],
    ['12h30 15/8', 'mười hai giờ ba mươi phút, ngày mười lăm tháng tám'],
  ],
  ranges: [
    ['cấp 8 - 9', 'cấp tám đến chín'],
    ['cấp 10-11, giật cấp 13', 'cấp mười đến mười một, giật cấp mười ba'],
    ['2020-2025', 'hai nghìn không trăm hai mươi đến hai nghìn không trăm hai mươi lăm'],
    ['20°C-25°C', 'hai mươi độ xê đến hai mươi lăm độ xê'],
    ['25 – 30 %', 'hai mươi lăm đến ba mươi phần trăm'],
    ['sóng cao 2,5-4m', 'sóng cao hai phẩy năm đến bốn mét'],
    ['thứ 2 - thứ 6', 'thứ hai đến thứ sáu'],
    ['thứ 2 - chủ nhật', 'thứ hai đến chủ nhật'],
    ['quý I-II', 'quý một đến hai'],
    ['năm 2022 - 5 việc', 'năm hai nghìn không trăm hai mươi hai, năm việc'],
  ],
  units: [
    ['4 g/l', 'bốn gam trên lít'],
    ['1‰, 4‰', 'một phần nghìn, bốn phần nghìn'],
    ['250km, 60 km/h', 'hai trăm năm mươi ki lô mét, sáu mươi ki lô mét trên giờ'],
    ['300m², 15m³, 2.000m3/s', 'ba trăm mét vuông, mười lăm mét khối, hai nghìn mét khối trên giây'],
    ['5KG, 10ml, 3mm, 7 cm', 'năm ki lô gam, mười mi li lít, ba mi li mét, bảy xăng ti mét'],
    ['15 kWh, 110kV', 'mười lăm ki lô oát giờ, một trăm mười ki lô vôn'],
    ['120 kg/người/năm', 'một trăm hai mươi ki lô gam mỗi người mỗi năm'],
    ['6 tấn/ha', 'sáu tấn trên héc ta'],
  ],
  money: [
    ['8.000đ/người', 'tám nghìn đồng mỗi người'],
    ['100.000 đồng/tháng', 'một trăm nghìn đồng mỗi tháng'],
    ['25.000 - 30.000 đồng/kg', 'hai mươi lăm nghìn đến ba mươi nghìn đồng mỗi ki lô gam'],
    ['2 tỷ 500 triệu đồng', 'hai tỷ năm trăm triệu đồng'],
    ['1,5 tỷ, 20 triệu đồng, 20tr', 'một phẩy năm tỷ, hai mươi triệu đồng, hai mươi triệu'],
    ['50k, 100 USD, 500.000 VNĐ', 'năm mươi nghìn, một trăm đô la Mỹ, năm trăm nghìn đồng'],
    ['$50', 'năm mươi đô la'],
    ['1350000 đồng', 'một triệu ba trăm năm mươi nghìn đồng'],
  ],
  'phone numbers and codes': [
    ['02703.822.822', 'không hai bảy không ba, tám hai hai, tám hai hai'],
    ['02703822822', 'không hai bảy không, ba tám hai hai, tám hai hai'],
    ['(0270) 3822 822', 'không hai bảy không, ba tám hai hai, tám hai hai'],
    ['0912345678', 'không chín một hai, ba bốn năm, sáu bảy tám'],
    ['+84 912 345 678', 'cộng tám bốn, chín một hai, ba bốn năm, sáu bảy tám'],
    ['1900 1234', 'một chín không không, một hai ba bốn'],
    ['113/114/115', 'một một ba, một một bốn, một một năm'],
    ['Gọi 113 hoặc 114', 'Gọi một một ba hoặc một một bốn'],
    ['115 người', 'một trăm mười lăm người'],
    ['CCCD 086123456789', 'căn cước công dân không tám sáu, một hai ba, bốn năm sáu, bảy tám chín'],
    ['64A-123.45', 'sáu bốn a, một hai ba bốn năm'],
    ['ĐT.882, ĐT: 0912 345 678', 'đường tỉnh tám trăm tám mươi hai, điện thoại: không chín một hai, ba bốn năm, sáu bảy tám'],
  ],
  'document numbers': [
    [
      'Quyết định số 318/QĐ-TTg ngày 8/3/2022',
      'Quyết định số ba trăm mười tám quyết định thủ tướng ngày tám tháng ba năm hai nghìn không trăm hai mươi hai',
    ],
    ['49/2024/NĐ-CP', 'bốn mươi chín năm hai nghìn không trăm hai mươi tư nghị định chính phủ'],
    ['39/2020/TT-BTTTT', 'ba mươi chín năm hai nghìn không trăm hai mươi thông tư bộ thông tin truyền thông'],
    ['01-NQ/TW', 'không một nghị quyết trung ương'],
    ['29/2023/QH15', 'hai mươi chín năm hai nghìn không trăm hai mươi ba quốc hội mười lăm'],
  ],
  'Roman numerals and words that look like them': [
    ['khóa XIII, Điều II, thế kỷ XXI', 'khóa mười ba, Điều hai, thế kỷ hai mươi mốt'],
    ['lần thứ I, lần thứ XIII', 'lần thứ nhất, lần thứ mười ba'],
    ['I. MỤC ĐÍCH', 'một. mục đích'],
    ['CHƯƠNG VI, quân khu V', 'chương sáu, quân khu năm'],
    ['BĐ3, BĐ III, báo động I', 'báo động ba, báo động ba, báo động một'],
    ['HÀNH VI VI PHẠM', 'hành vi vi phạm'],
    ['LOẠI XI MĂNG', 'loại xi măng'],
    ['KHU DI TÍCH', 'khu di tích'],
    ['Mi, xi, di', 'Mi, xi, di'],
  ],
  ordinals: [
    ['thứ 2, thứ 4, thứ 1', 'thứ hai, thứ tư, thứ nhất'],
    ['lớp 10, tổ 5, lớp 4', 'lớp mười, tổ năm, lớp bốn'],
    ['thứ 2,4,6', 'thứ hai, bốn, sáu'],
  ],
  abbreviations: [
    ['Đ/c Lê Văn B, đ/c Ba', 'đồng chí Lê Văn bê, đồng chí Ba'],
    ['PCTT&TKCN, ĐBSCL, NTM', 'phòng chống thiên tai và tìm kiếm cứu nạn, đồng bằng sông Cửu Long, nông thôn mới'],
    ['TP.HCM, TX. Bình Minh, TT. Cái Vồn, P.5', 'thành phố Hồ Chí Minh, thị xã Bình Minh, thị trấn Cái Vồn, phường năm'],
    ['Sở LĐ-TB&XH, Bộ GD&ĐT', 'Sở lao động thương binh và xã hội, Bộ giáo dục và đào tạo'],
    ['QR, OTP, CCCD, GPLX', 'quy rờ, ô tê pê, căn cước công dân, giấy phép lái xe'],
    ['lúa, ngô, v.v.', 'lúa, ngô, vân vân.'],
    ['CA xã, CA XÃ', 'công an xã, công an xã'],
    ['ĐÊM CA NHẠC', 'đêm ca nhạc'],
    ['UBND XÃ TÂN LONG HỘI', 'ủy ban nhân dân xã tân long hội'],
  ],
  'marks and layout': [
    ['và/hoặc', 'và hoặc'],
    ['xã/phường/thị trấn', 'xã, phường, thị trấn'],
    ['3 lần/tuần', 'ba lần mỗi tuần'],
    ['"Tương thân tương ái" (lần 2)', 'Tương thân tương ái, lần hai'],
    ['Nội dung:\n- Một\n- 5 việc', 'Nội dung. Một. năm việc'],
    ['1. Về việc\n2) Kết quả', 'một. Về việc. hai, Kết quả'],
    ['a) Một; b) Hai', 'a, Một; bê, Hai'],
    ['của Ủy ban\nnhân dân', 'của Ủy ban nhân dân'],
    ['Xin cảm ơn!!!', 'Xin cảm ơn!'],
    ['còn nữa... Hết', 'còn nữa. Hết'],
    ['hoà bình, thuý, giếng, nghiêng, khuya, gì, quyển', 'hoà bình, thuý, giếng, nghiêng, khuya, gì, quyển'],
  ],
};

describe.each(Object.entries(SAYABLE))('%s', (_group, rows) => {
  it.each(rows)('%s', (written, spoken) => {
    expect(normaliseText(written, [])).toEqual({ spoken, unknownTokens: [] });
  });
});

describe('unknown tokens, with what would be said', () => {
  it.each([
    ['BOT', 'bê o tê'],
    ['A12', 'a mười hai'],
    ['10A1', 'mười a một'],
    ['Microsoft', 'mờ i xê rờ o ét o ép tê'],
    ['remi', 're mi'],
    ['DI', 'di'],
    ['😀🎉', ''],
    ['Привет', ''],
    ['abc@gmail.com', 'a bê xê a còng gi meo chấm com'],
    ['https://dichvucong.gov.vn', 'dịch vụ công chấm gốp chấm vê nờ'],
  ])('%s', (written, spoken) => {
    const said = normaliseText(`Xin chào ${written} nhé`, []);
    expect(said.unknownTokens).toEqual([{ written, spoken, startIndex: 9 }]);
    expect(said.spoken).toBe(`Xin chào ${spoken} nhé`.replace('  ', ' '));
  });

  it('names the unknown part of a document number', () => {
    expect(normaliseText('số 123/UBND-VX', [])).toEqual({
      spoken: 'số một trăm hai mươi ba ủy ban nhân dân vê ích',
      unknownTokens: [{ written: 'VX', spoken: 'vê ích', startIndex: 12 }],
    });
  });

  it('places them in the NFC text though invisible characters and decomposed letters precede', () => {
    const text = `${'ủy'.normalize('NFD')}\u200B ban XYZ`;
    expect(normaliseText(text, []).unknownTokens).toEqual([{ written: 'XYZ', spoken: 'ích i dài dét', startIndex: 8 }]);
  });
});

describe("an area's dictionary", () => {
  it('wins over what is built in', () => {
    expect(normaliseText('CA xã', [{ written: 'CA', spoken: 'ca trực' }]).spoken).toBe('ca trực xã');
  });
  it('is asked for the longest entry first', () => {
    const dictionary = [
      { written: 'VX', spoken: 'văn xã' },
      { written: 'VX TH', spoken: 'văn xã tổng hợp' },
    ];
    expect(normaliseText('VX TH và VX', dictionary)).toEqual({ spoken: 'văn xã tổng hợp và văn xã', unknownTokens: [] });
  });
  it('matches whole tokens only', () => {
    const dictionary = [
      { written: 'QT', spoken: 'quy tắc' },
      { written: '12', spoken: 'tá' },
    ];
    expect(normaliseText('QTX, 12/9, 12', dictionary).spoken).toBe('quy tê ích, ngày mười hai tháng chín, tá');
  });
  it('keeps capitals apart, and takes other entries in any case', () => {
    const dictionary = [
      { written: 'BA', spoken: 'bệnh án' },
      { written: 'Grab', spoken: 'gờ rép' },
    ];
    expect(normaliseText('ba BA, GRAB grab', dictionary).spoken).toBe('ba bệnh án, gờ rép gờ rép');
  });
  it('has its figures read out, and is asked inside document numbers too', () => {
    const dictionary = [
      { written: 'Mùa2', spoken: 'đợt 2' },
      { written: 'VX', spoken: 'văn xã' },
    ];
    expect(normaliseText('Mùa2: 5/UBND-VX', dictionary)).toEqual({
      spoken: 'đợt hai: năm ủy ban nhân dân văn xã',
      unknownTokens: [],
    });
  });
});
