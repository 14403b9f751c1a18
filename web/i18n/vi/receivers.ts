export const receivers = { listTitle: 'Thiết bị thu', receiverTitle: 'Thiết bị thu' };
