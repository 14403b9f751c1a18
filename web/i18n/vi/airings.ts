export const airings = { scheduleTitle: 'Lịch phát', airingTitle: 'Lượt phát', onAirTitle: 'Đang phát' };
