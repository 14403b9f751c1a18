/** Hamlets beside the three in which receivers hang; where a pole stands already, it waits for its receiver. */
export const HAMLETS = [
  { code: 'long-hoa', name: 'Ấp Long Hoà', pole: { name: 'Cột loa ngã ba Long Hoà', latitude: 10.2391, longitude: 106.1212 } },
  { code: 'long-thanh', name: 'Ấp Long Thạnh', pole: { name: 'Cột loa cầu Long Thạnh', latitude: 10.2433, longitude: 106.1305 } },
  { code: 'quan-an', name: 'Ấp Quân An', pole: { name: 'Cột loa bến đò Quân An', latitude: 10.2547, longitude: 106.1142 } },
  { code: 'hung-nhon', name: 'Ấp Hưng Nhơn', pole: { name: 'Cột loa chợ Hưng Nhơn', latitude: 10.2614, longitude: 106.1059 } },
  { code: 'long-khanh', name: 'Ấp Long Khánh', pole: null },
  { code: 'long-phu', name: 'Ấp Long Phú', pole: null },
  { code: 'quan-phong', name: 'Ấp Quân Phong', pole: null },
];

export const WORDS = [
  { written: 'VNeID', spoken: 'vi en i đi' },
  { written: 'HTX', spoken: 'hợp tác xã' },
  { written: 'NTM', spoken: 'nông thôn mới' },
];

export const BRIEF_TEXT = 'Đài truyền thanh xã Long Thới xin chào bà con. Chúc bà con một ngày làm việc nhiều niềm vui.';

export const MORNING_TEXT = `Đài truyền thanh xã Long Thới, bản tin sáng.
Hôm nay nước lên theo triều cường, đỉnh triều lúc 16h30. Bà con ở ấp Long Vinh và ấp Quân An chú ý gia cố bờ bao, kê cao vật dụng.
HTX cây giống Long Thới nhận đơn đặt mai vàng, tắc kiểng đến hết ngày 30/11/2026.`;

export const WASTE_TEXT = `Từ ngày 01/12/2026, xe thu gom rác đi qua các ấp vào thứ hai, thứ tư và thứ sáu, từ 5h30 đến 7h00.
Bà con phân loại rác tại nhà và để rác trước cổng trước giờ xe đến.`;

export const VACCINE_TEXT = `Trạm y tế xã Long Thới tiêm chủng mở rộng cho trẻ dưới 5 tuổi vào sáng ngày 25/11/2026, từ 7h00 đến 11h00.
Bà con mang theo sổ tiêm chủng và thẻ BHYT của cháu.`;

export const MEETING_TEXT = 'Mời bà con ấp Long Hiệp họp tổ nhân dân tự quản vào tối nay tại nhà văn hoá ấp.';
export const MEETING_REFUSAL = 'Chưa ghi giờ họp và nội dung họp. Bổ sung rồi trình lại.';

export const DRAFT_TEXT = 'Ngày hội đại đoàn kết toàn dân tộc xã Long Thới năm 2026 sẽ được tổ chức tại';
