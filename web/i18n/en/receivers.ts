export const receivers = { listTitle: 'Receivers', receiverTitle: 'Receiver' };
