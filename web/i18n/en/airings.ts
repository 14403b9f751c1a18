export const airings = { scheduleTitle: 'Schedule', airingTitle: 'Airing', onAirTitle: 'On air' };
