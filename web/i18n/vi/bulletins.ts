export const bulletins = { listTitle: 'Bản tin', editorTitle: 'Soạn bản tin', approvalTitle: 'Phê duyệt' };
