/** What the demonstration says: real-sounding notices of a commune, with all that a normaliser must read. */
export const CDS_TEXT = `Ủy ban nhân dân xã Long Thới thông báo về chuyển đổi số (CĐS) tháng 11/2026.
Thực hiện Kế hoạch số 1.350/KH-UBND ngày 19/12/2025, từ 7h30 đến 11h00 ngày 25/11/2026, Tổ công nghệ số cộng đồng hướng dẫn bà con \
nộp hồ sơ trực tuyến, cài đặt VNeID và thanh toán không dùng tiền mặt tại nhà văn hóa ấp Long Hiệp.
Đến nay, tỷ lệ hồ sơ DVC trực tuyến của xã đạt 60%, tăng 12,5% so với năm 2025; phấn đấu đạt 75% vào ngày 31/12/2026.
Người dân có thẻ BHYT nhớ mang theo CCCD. Mọi thắc mắc xin gọi số 0912 345 678. Trân trọng kính mời bà con tham dự đầy đủ và đúng giờ.`;

export const RECORDED_TEXT = `Đài truyền thanh xã Long Thới. Sau đây là lời nhắc của trưởng ấp. Chiều nay nước lên, bà con chú ý gia cố bờ bao, \
đưa gia súc lên chỗ cao và không để trẻ nhỏ chơi gần kênh rạch.`;

export const EMERGENCY_TEXT = 'Khẩn cấp. Vỡ bờ bao ấp Long Vinh. Bà con di chuyển ngay.';
